package retort.reference;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;

/** What cases of EDM, EDM2 and SiD record: images and noise levels in, denoised images out. */
record EdmRecord(ReferenceCase reference, ReferenceConditions conditions) {

  Stream<Recorded> denoised() {
    if (!reference.has("D.npy")) {
      reference.skip("records no denoised images");
    }
    Tensor noisy = reference.tensor("x");
    int n = noisy.dim(0);
    Map<String, Tensor> feeds = conditions.of(reference, n);
    feeds.put(DenoiserModel.NOISY, noisy);
    feeds.put(DenoiserModel.SIGMA, ReferenceConditions.flat(reference.tensor("sigma")));
    Map<String, Tensor> answers = new HashMap<>();
    answers.put(DenoiserModel.DENOISED, reference.tensor("D"));
    if (reference.has("logvar.npy")) {
      answers.put(DenoiserModel.LOGVAR, reference.tensor("logvar"));
    }
    List<Recorded> all = new ArrayList<>();
    all.add(new Recorded("D", feeds, answers));
    if (reference.has("D_nolabel.npy")) {
      Tensor none = ReferenceConditions.zeros(n, conditions.labels());
      all.add(changed("D_nolabel", feeds, DenoiserModel.LABEL, none));
    }
    if (reference.has("D_augment.npy")) {
      Tensor augment = reference.tensor("augment_labels");
      all.add(changed("D_augment", feeds, DenoiserModel.AUGMENT, augment));
    }
    return all.stream();
  }

  private Recorded changed(String name, Map<String, Tensor> feeds, String input, Tensor value) {
    Map<String, Tensor> changed = new HashMap<>(feeds);
    changed.put(input, value);
    return new Recorded(name, changed, Map.of(DenoiserModel.DENOISED, reference.tensor(name)));
  }

  Recorded answered() {
    if (!reference.has("F_out.npy")) {
      reference.skip("records no answers of its network");
    }
    Tensor x = reference.tensor("F_x_in");
    Map<String, Tensor> feeds = conditions.of(reference, x.dim(0));
    feeds.put("x", x);
    feeds.put("noise", ReferenceConditions.flat(reference.tensor("F_noise_labels")));
    return new Recorded("F_out", feeds, Map.of("f", reference.tensor("F_out")));
  }
}
