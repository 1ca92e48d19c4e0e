package retort.server.schedule;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import retort.server.generator.Network;
import retort.server.schedule.RefusedException.Reason;

/**
 * What streams have been promised of the machine: frames a second, times what an image of the model
 * occupies, as measured. A stream that would break the promises made to the others is refused. Also
 * spreads the due times of streams of the same rate over a period, so that they do not queue for
 * one another.
 *
 * <p>Safe for any number of threads.
 */
public final class Capacity {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Part of a period that a run may last, so that frames still wait little for one another. */
  private static final double RUN_PERIODS = 0.25;

  /** Slower streams begin at once: nobody waits a second for the first frame. */
  private static final double LEAST_SPREAD_FPS = 10;

  /** Of sums of parts of cores. */
  private static final double ROUNDING = 1e-9;

  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  private final double cores;
  private final Set<Place> places = new LinkedHashSet<>();

  /**
   * One where nothing is promised.
   *
   * @param cores that runs share
   * @param load part of them that streams are promised at most
   */
  public Capacity(int cores, double load) {
    this.cores = cores * load;
  }

  /** A stream's part of the machine; closed when the stream is over. */
  public final class Place implements AutoCloseable {
    private final long due;

    // Guarded by the capacity.
    private Network network;
    private double fps;

    private Place(Network network, double fps, long due) {
      this.network = network;
      this.fps = fps;
      this.due = due;
    }

    /** When the first frame is due, in nanoseconds of {@link Time}. */
    public long due() {
      return due;
    }

    /**
     * Changes the stream's rate.
     *
     * @throws RefusedException when it takes more than before and more than is left
     */
    public void change(double newFps) {
      synchronized (Capacity.this) {
        double before = taken(network, fps);
        if (taken(network, newFps) > before) {
          requireRoom(network, newFps, before);
        }
        fps = newFps;
      }
    }

    /**
     * Moves the stream to another network, unless it takes more there than before and more than is
     * left.
     *
     * @return whether it has moved
     */
    public boolean moveTo(Network newNetwork) {
      synchronized (Capacity.this) {
        double before = taken(network, fps);
        double wanted = taken(newNetwork, fps);
        boolean fits = wanted <= before || wanted <= left(before) + ROUNDING;
        if (fits) {
          network = newNetwork;
        }
        return fits;
      }
    }

    @Override
    public void close() {
      synchronized (Capacity.this) {
        places.remove(this);
      }
    }
  }

  /**
   * Admits a stream.
   *
   * @param now in nanoseconds of {@link Time}
   * @throws RefusedException when less is left, saying how much
   */
  public synchronized Place take(Network network, double fps, long now) {
    requireRoom(network, fps, 0);
    Place place = new Place(network, fps, now + offset(fps, now));
    places.add(place);
    return place;
  }

  private void requireRoom(Network network, double fps, double givenBack) {
    double left = left(givenBack);
    double wanted = taken(network, fps);
    if (wanted > left + ROUNDING) {
      throw new RefusedException(
          Reason.BUSY,
          String.format(
              Locale.ROOT,
              "fps is %s, but the server has %.1f frames a second left for this model, beside the"
                  + " streams it has promised; ask for fewer, ask later, or ask another server",
              fps,
              Math.max(0, left / wanted * fps)),
          ASK_AGAIN);
    }
  }

  private double left(double givenBack) {
    double left = cores + givenBack;
    for (Place place : places) {
      left -= taken(place.network, place.fps);
    }
    return left;
  }

  /** Cores that so many frames a second keep busy. */
  private static double taken(Network network, double fps) {
    long run = Math.round(RUN_PERIODS * NANOS_PER_SECOND / fps);
    return fps * network.costs().perImage(run) * network.cores() / NANOS_PER_SECOND;
  }

  /** From now until the middle of the widest gap between the due times of streams alike. */
  private long offset(double fps, long now) {
    double period = NANOS_PER_SECOND / fps;
    TreeSet<Double> phases = new TreeSet<>();
    for (Place place : places) {
      if (place.fps == fps) {
        double since = (place.due - now) % period;
        phases.add(since < 0 ? since + period : since);
      }
    }
    if (phases.isEmpty() || fps < LEAST_SPREAD_FPS) {
      return 0;
    }
    double from = phases.last() - period;
    double widest = 0;
    double middle = 0;
    for (double phase : phases) {
      if (phase - from > widest) {
        widest = phase - from;
        middle = (from + phase) / 2;
      }
      from = phase;
    }
    return Math.round(middle < 0 ? middle + period : middle);
  }
}
