package retort.server.schedule;

import java.util.List;

/**
 * What a frame tells of the updates that came since the one before.
 *
 * @param applied the newest that this frame is the first to show; 0 for none
 * @param late those that came too late for the frame they named, and bound to this one
 * @param rejected those that were not taken
 */
public record Acknowledgement(long applied, List<Long> late, List<RejectedUpdate> rejected) {
  /** No update came. */
  public static final Acknowledgement NONE = new Acknowledgement(0, List.of(), List.of());

  public Acknowledgement {
    late = List.copyOf(late);
    rejected = List.copyOf(rejected);
  }
}
