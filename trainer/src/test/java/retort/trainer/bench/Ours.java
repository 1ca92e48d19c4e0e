package retort.trainer.bench;

import java.util.ArrayList;
import java.util.List;
import retort.graph.TorchScriptMethod.Layout;
import retort.trainer.distill.TrainingMethod;
import retort.trainer.engine.Torch;

/** Our training, in this process. */
final class Ours implements Contender {
  private final Torch torch;
  private final TrainingMethod training;
  private long step;

  Ours(Workload workload, Layout layout, int threads) {
    this.torch = Torch.open(threads, layout);
    this.training = workload.start(torch);
  }

  @Override
  public Block steps(int count) {
    List<Double> wall = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long wallBefore = System.nanoTime();
      double cpuBefore = ThisProcess.cpuSeconds();
      training.step(step, step * training.batch());
      step++;
      cpu.add(ThisProcess.cpuSeconds() - cpuBefore);
      wall.add((System.nanoTime() - wallBefore) * 1e-9);
    }
    return new Block(wall, cpu, ThisProcess.peakMib());
  }

  @Override
  public void close() {
    torch.close();
  }
}
