package retort.trainer.distill;

/**
 * The rounds of Progressive Distillation, in each of which a student learns to take half the steps
 * of its teacher: {@code startSteps / 2} in the first, {@code finalSteps} in the last. Those of 2
 * steps and of 1 are twice as long, as published.
 *
 * @param startSteps steps of the first teacher
 * @param finalSteps steps of the last student
 * @param roundImages images shown in a round
 */
public record ProgressiveRounds(int startSteps, int finalSteps, long roundImages) {
  private static final int LONGER_FROM = 2;

  /**
   * A round.
   *
   * @param steps of the student
   * @param firstImage images shown before it
   * @param images shown in it
   */
  public record Round(int steps, long firstImage, long images) {
    /** The share of the round that is left, by which the learning rate falls: 1 at first. */
    double left(long imagesSeen) {
      return Math.max(0, 1 - (double) (imagesSeen - firstImage) / images);
    }

    private boolean isOver(long imagesSeen) {
      return imagesSeen >= firstImage + images;
    }
  }

  public ProgressiveRounds {
    int halved = startSteps;
    while (halved > finalSteps && halved % 2 == 0) {
      halved /= 2;
    }
    if (finalSteps < 1 || startSteps <= finalSteps || halved != finalSteps) {
      throw new IllegalArgumentException(
          "--steps is "
              + startSteps
              + " and --final-steps "
              + finalSteps
              + ", but steps are halved until those are left; pass numbers such as 64 and 1");
    }
    if (roundImages < 1) {
      throw new IllegalArgumentException(
          "--round-images is " + roundImages + " but should be at least 1");
    }
  }

  /** The round that the next step belongs to; the last for all that follows it. */
  public Round at(long imagesSeen) {
    Round round = round(startSteps / 2, 0);
    while (round.isOver(imagesSeen) && round.steps > finalSteps) {
      round = round(round.steps / 2, round.firstImage + round.images);
    }
    return round;
  }

  private Round round(int steps, long firstImage) {
    return new Round(steps, firstImage, steps <= LONGER_FROM ? 2 * roundImages : roundImages);
  }

  /** Images shown in all rounds. */
  public long images() {
    Round last = at(Long.MAX_VALUE);
    return last.firstImage + last.images;
  }
}
