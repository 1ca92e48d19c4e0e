package retort.trainer;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Distillations that cannot be. */
class BadDistillTest extends BadInput {
  private static final String PAIRS =
      "distill --method dmd --teacher runs/teacher/teacher.onnx --out new ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--alpha NaN | alpha is NaN",
        "--adversarial-scale 1 | --adversarial-scale is given but --method sid has no use for it",
        "--method sida | learns from real images too; pass those the teacher learnt with --data",
        "--method sida --data data --adversarial-scale 0 | the scales of the adversarial term",
        "--method sida --data data --generator-start -1 | --generator-start is -1",
        "--method sida --data wide | --data has images of",
        "--data x | --data is given but --method sid learns without images",
        "--preset huge | --preset is huge but --method sid has small, cifar10",
        "--sigma-init 0 | sigma_init is 0.0",
        "--t-max 0 | --t-max is 0.0 but should be in (0, 1]",
        "--sigma-init -1 | sigma_init is -1.0",
        "--lr 0 | the learning rate is 0.0",
        "--lr -1e-4 | the learning rate is -1.0E-4",
        "--generator-lr 0 | the learning rate is 0.0",
        "--generator-beta1 1 | Adam betas are 1.0",
        "--generator-beta1 -1 | Adam betas are -1.0",
        "--augment -1 | augmentation probability is -1.0",
        "--augment 0.1 | the network takes 0 augmentation labels",
        "--ema -1 | half-life is -1.0",
        "--ema-ramp -1 | ramp -1.0",
        "--init none.onnx | none.onnx: there is no such file",
        "--init runs/deeper/teacher.onnx | other names than the network's",
        "--init runs/classifier/classifier.onnx | not a denoiser",
        "--features runs/classifier/classifier.onnx | --features and --reference belong together",
        "--measure-every 5 | --measure-every is given but nothing is measured; pass --features",
        "--patience 5 | --patience is given but nothing is measured; pass --features",
        "--reference train.npz | --features and --reference belong together",
        "--features runs/narrow/classifier.onnx --reference train.npz | the network has 3",
        "--features runs/classifier/classifier.onnx --reference none.npz | there is no such file",
        "--features runs/teacher/teacher.onnx --reference train.npz | is no feature network",
      })
  void distillingRefusesWhatItCannotUse(String flag, String message) throws IOException {
    assertRefused(
        "distill --teacher runs/teacher/teacher.onnx --out new " + flag + TINY, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--pairs none.npz | none.npz: there is no such file",
        "--pairs text.onnx | cannot be read as a zip of arrays",
        "--pairs train.npz | has no array images but",
        "--pairs others.npz | others.npz: was drawn from a model of SHA-256",
        "--pairs churned.npz | with the sampler heun and churn 40.0, but noise decides an image",
        "--pairs generated.npz | was drawn from a model of SHA-256",
        "--pairs pairs.npz --distance none.onnx | none.onnx: there is no such file",
        "--pairs pairs.npz --distance runs/teacher/teacher.onnx | compares no images",
        "--pairs pairs.npz --fake-weight flat | --fake-weight is flat but should be edm or snr",
        "--pairs pairs.npz --regression-weight -1 | the regression's weight is -1.0",
        "--pairs pairs.npz --t-min 1 | --t-min is 1.0 and --t-max 0.98",
        "--pairs pairs.npz --data data | --data is given but --method dmd learns without images",
        "--pairs pairs.npz --fake-steps 5 | it belongs to dmd2; leave it out",
        "--preset cifar10 | make a file of them with 'retort import",
      })
  void distributionMatchingRefusesWhatItCannotUse(String flags, String message) throws IOException {
    assertRefused(PAIRS + flags + TINY, message, false);
  }

  @Test
  void whoHasNoPairsIsToldHowToDrawThem() throws IOException {
    Path teacher = folder.resolve("runs/teacher/teacher.onnx");

    assertRefused(
        PAIRS + TINY.substring(1),
        "draw them once with 'retort sample --model "
            + teacher
            + " --images 2000 --out pairs.npz' and pass --pairs pairs.npz",
        false);
  }

  @Test
  void pairsOfTheTeacherAndRealImagesAreTaken() {
    succeed(PAIRS.replace("new", "runs/dmd") + "--pairs pairs.npz" + TINY);
    succeed(
        PAIRS.replace("new", "runs/features")
            + "--pairs pairs.npz --distance runs/classifier/classifier.onnx"
            + TINY);
    succeed(PAIRS.replace("dmd", "dmd2").replace("new", "runs/dmd2") + "--data data" + TINY);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--gan-weight 1 | learns from real images too; pass those the teacher learnt",
        "--data wide | --data has images of [1, 4, 8]",
        "--data data --fake-steps 0 | takes 0 steps for one of the generator",
        "--data data --gan-weight -1 | the classifier weighs -1.0 in the generator's loss",
        "--data data --pairs pairs.npz | it belongs to dmd; leave it out",
      })
  void matchingWithAClassifierRefusesWhatItCannotUse(String flags, String message)
      throws IOException {
    assertRefused(PAIRS.replace("dmd", "dmd2") + flags + TINY, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--decay | --decay is given but the rate of --method progressive falls in each round",
        "--form ve | --form is ve but should be edm or vp",
        "--loss-weight best | --loss-weight is best but should be snr-trunc, v-mse, snr, constant, edm",
        "--log-snr-min low | --log-snr-min is low but should be teacher or a number such as -8.8",
        "--log-snr-min 3 --log-snr-max 2 | should fall; pass a --log-snr-max above --log-snr-min",
        "--steps 24 | steps are halved until those are left",
        "--steps 1 | steps are halved until those are left",
        "--final-steps 4096 | steps are halved until those are left",
        "--round-images 0 | --round-images is 0 but should be at least 1",
        "--round-images 4 --images 8 | --round-images is 4 but a step shows 8",
        "--steps 16 --round-images 8 --images 49 | show 48; leave the flag out",
        "--alpha 1 | --alpha is given but --method progressive has no use for it",
        "--ema 500 | --ema is given but --method progressive has no use for it",
        "--distance none.onnx | none.onnx: there is no such file",
        "--data wide | --data has images of [1, 4, 8] but the network's are [1, 8, 8]",
        "--data none | none: does not exist",
      })
  void progressiveDistillationRefusesWhatItCannotUse(String flag, String message)
      throws IOException {
    String line = "distill --method progressive --teacher runs/teacher/teacher.onnx --out new ";
    String data = flag.contains("--data") ? "" : "--data data ";
    String images = flag.contains("--images") ? "" : " --images 16";
    assertRefused(line + data + flag + images + " --threads 1 --batch 8", message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--levels 1 | --levels is 1 and --final-steps 1",
        "--final-steps 0 | --final-steps 0, but at least 2 levels and 1 step are needed",
        "--final-steps 10 | fewer steps than levels",
        "--target-ema 1 | --target-ema is 1.0 but should be in [0, 1)",
        "--sigma-init 0.001 | --sigma-init is 0.001 but should lie above the lowest level, 0.002",
        "--steps 8 | --steps is given but --method consistency has no use for it",
        "--preset imagenet64 | make a file of them with 'retort import --from vgg16.pth",
      })
  void consistencyDistillationRefusesWhatItCannotUse(String flag, String message)
      throws IOException {
    assertRefused(
        "distill --method consistency --teacher runs/teacher/teacher.onnx --data data --out new "
            + flag
            + TINY,
        message,
        false);
  }

  @Test
  void progressiveDistillationNeedsImages() throws IOException {
    assertRefused(
        "distill --method progressive --teacher runs/teacher/teacher.onnx --out new" + TINY,
        "learns from real images too",
        false);
  }
}
