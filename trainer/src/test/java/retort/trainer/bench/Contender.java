package retort.trainer.bench;

import java.util.List;

/** One side of the comparison: takes training steps when told to, and says what they cost. */
interface Contender extends AutoCloseable {
  /** Takes steps. */
  Block steps(int count);

  @Override
  void close();

  /**
   * What some consecutive steps cost.
   *
   * @param wall seconds that each took
   * @param cpu seconds of all the process's threads in each
   * @param peakMib largest resident memory of the process so far, in MiB
   */
  record Block(List<Double> wall, List<Double> cpu, double peakMib) {
    public Block {
      wall = List.copyOf(wall);
      cpu = List.copyOf(cpu);
    }
  }
}
