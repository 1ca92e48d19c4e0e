package retort.denoiser;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.InputFixing;
import retort.graph.Tensor;
import retort.graph.Value;

/**
 * The steps of a generator one after the other in one graph. Each has its noise level fixed, so
 * that what follows from it folds; all share the weights.
 */
final class GeneratorGraph {
  private GeneratorGraph() {}

  static Graph of(DenoiserModel model, GeneratorSteps steps) {
    Graph denoiser = withoutAugmentation(model);
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new TreeMap<>();
    Value[] noises = new Value[steps.noises()];
    for (Graph.Input input : denoiser.inputs()) {
      if (input.name().equals(DenoiserModel.NOISY)) {
        for (int i = 0; i < noises.length; i++) {
          noises[i] = g.input(GeneratorSteps.noiseName(i), input.shape());
        }
      } else if (!input.name().equals(DenoiserModel.SIGMA)) {
        arguments.put(input.name(), g.input(input.name(), input.shape()));
      }
    }
    Value y = noises[0].times(steps.sigma(0));
    for (int i = 0; i < steps.count(); i++) {
      Tensor sigma = Tensor.floats(new int[] {1}, (float) steps.sigma(i));
      arguments.put(DenoiserModel.NOISY, y);
      Value denoised =
          Objects.requireNonNull(
              g.call(InputFixing.fix(denoiser, DenoiserModel.SIGMA, sigma), "", arguments)
                  .get(DenoiserModel.DENOISED));
      if (i + 1 == steps.count()) {
        g.output(DenoiserModel.IMAGE, denoised);
      } else if (steps.kind() == GeneratorSteps.Kind.RENOISE) {
        y = denoised.plus(noises[i + 1].times(steps.sigma(i + 1)));
      } else {
        double kept = steps.sigma(i + 1) / steps.sigma(i);
        y = y.times(kept).plus(denoised.times(1 - kept));
      }
    }
    return g.build();
  }

  private static Graph withoutAugmentation(DenoiserModel model) {
    Graph denoiser = model.graph().withOutputs(List.of(DenoiserModel.DENOISED));
    int labels = model.augmentLabels();
    return labels == 0
        ? denoiser
        : InputFixing.fix(
            denoiser,
            DenoiserModel.AUGMENT,
            Tensor.floats(new int[] {1, labels}, new float[labels]));
  }
}
