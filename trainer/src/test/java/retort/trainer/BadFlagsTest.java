package retort.trainer;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags that are not understood, or ask for what cannot be. */
class BadFlagsTest extends BadInput {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "frobnicate | Unmatched argument at index 0: 'frobnicate'",
        "teach | Missing required options: '--data=PATH', '--out=FOLDER'",
        "teach --data data --out new --speed 3 | Unknown options: '--speed', '3'",
        "teach --data data --out new --batch x | '--batch': 'x' is not an int",
        "teach --data data --out new --batch 2.5 | '--batch': '2.5' is not an int",
        "teach --data data --out new --layout sideways | expected one of [CONTIGUOUS,",
        "teach --data data --out new --loss best | expected one of [EDM, VP, VE]",
        "distill --teacher t --out new --method magic | expected one of [SID,",
        "distill --teacher t --out new --lr fast | '--lr': 'fast' is not a double",
        "sample --model t --out new.png --sampler plms | 'plms' is none of [heun, euler, ddim, dpm++]",
        "sample --model t --out new.png --levels cosine | expected one of [KARRAS, LAMBDA]",
        "evaluate --features runs/classifier/classifier.onnx --served digits | --server=HOST:PORT",
        "sample --out new.png | Missing required option: '--model=FILE'",
        "evaluate --features runs/classifier/classifier.onnx --steps 3 | --model=FILE",
      })
  void flagsThatAreNotUnderstoodPointToTheHelp(String line, String message) throws IOException {
    assertRefused(line, message, true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--batch 0 | --batch is 0 but should be at least 1",
        "--batch -8 | --batch is -8",
        "--micro-batch -1 | --micro-batch is -1",
        "--images 0 | --images is 0",
        "--minutes 0 | --minutes is 0.0 but should be positive",
        "--minutes NaN | --minutes is NaN",
        "--save-every 0 | --save-every is 0",
        "--record-every 0 | --record-every is 0",
        "--report-every -1 | --report-every is -1",
        "--threads -1 | --threads is -1",
        "--channels 0 | model channels is 0 but should be an even number of at least 4",
        "--channels 7 | model channels is 7",
        "--channels 6 | choose model channels that are a multiple of 4",
        "--channel-mult 1,0 | a channel multiplier is 0",
        "--channel-mult 1,1,1,1,1 | resolution is 8 but should be a multiple of 16",
        "--embedding-mult 0 | the embedding's multiplier is 0",
        "--blocks 0 | blocks a level is 0",
        "--attention 5 | --attention is [5] but the levels have the resolutions [8, 4, 2]",
        "--dropout 1 | dropout is 1.0 but should be in [0, 1)",
        "--dropout -0.1 | dropout is -0.1",
        "--augment 2 | augmentation probability is 2.0",
        "--sigma-data 0 | sigma_data is 0.0",
        "--lr 0 | the learning rate is 0.0",
        "--lr -1 | the learning rate is -1.0",
        "--lr Infinity | the learning rate is Infinity",
        "--warmup -1 | -1 images of warm-up",
        "--beta2 1 | Adam betas are 0.9 and 1.0",
        "--p-mean NaN | ln sigma has mean NaN",
        "--p-std 0 | standard deviation 0.0",
        "--ema -1 | half-life is -1.0 images",
        "--ema-ramp 0 | ramp 0.0",
        "--loss vp --p-mean 1 | --p-mean is given but --loss vp has noise levels of its own",
        "--ema-std 0.5 | relative deviation is 0.5",
        "--ema-std 0.1 --ema 5 | --ema-std is a law of its own",
        "--loader-threads -1 | --loader-threads is -1 but should be at least 0",
        "--measure-images 1 | --measure-images is 1 but should be at least 2",
        "--measure-every 0 | --measure-every is 0 but should be at least 1",
        "--patience -2 | --patience is -2 but should be at least 1",
        "--init none.onnx | none.onnx: there is no such file",
        "--init runs/deeper/teacher.onnx | other names than the network's",
        "--init runs/teacher/teacher.onnx --channels 8 | pass a file of the same architecture",
      })
  void teachingRefusesNumbersThatMakeNoRun(String flag, String message) throws IOException {
    String line = "teach --data data --out new " + flag;
    for (String other : List.of("--threads 1", "--batch 8", "--images 16")) {
      line += flag.startsWith(other.substring(0, other.indexOf(' ') + 1)) ? "" : " " + other;
    }
    if (flag.startsWith("--measure")) {
      line += " --features runs/classifier/classifier.onnx --reference train.npz";
    }

    assertRefused(line, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--data data --widths 0 | convolutions of [0]",
        "--data data --widths 4,4,4,4 | 4 convolutions do not fit a resolution of 8",
        "--data data --feature-width 0 | 0 features",
        "--data data --lr 0 | the learning rate is 0.0",
        "--data wide | the images have no labels",
        "--data labelled | labelled: images are [1, 4, 8] but classifiers are square",
      })
  void classifyingRefusesWhatItCannotUse(String flags, String message) throws IOException {
    assertRefused("classify --out new " + flags + TINY, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--images 0 | --images is 0",
        "--images 2000000000 | at most 2^31 values, 33554431 of these images; draw fewer at once",
        "--steps 0 | --steps is 0 but should be at least 1",
        "--columns 0 | a grid has at least 1 column",
        "--threads -2 | --threads is -2",
        "--sigma-min 0 | the noise levels run from 0.0 to 80.0",
        "--sigma-max 0.001 | the noise levels run from 0.002 to 0.001",
        "--rho 0 | rho is 0.0",
        "--rho 7 --levels lambda | --rho is 7.0 but --levels lambda has none",
        "--sampler dpm++ --churn 40 | --churn is 40.0 but --sampler dpm++ adds no noise",
        "--sampler DDIM --churn 1 | --churn is 1.0 but --sampler ddim adds no noise",
        "--sampler dpm++ --steps 0 | --steps is 0",
        "--levels lambda --sigma-min 0 | the noise levels run from 0.0 to 80.0",
        "--churn -1 | churn -1.0",
        "--churn-range 1 | --churn-range takes two numbers",
        "--churn-range 2,1 | the smallest level must not exceed the largest",
        "--churn-noise -1 | with noise -1.0",
        "--label cat | --label is cat but",
        "--label 2 | knows 0, 1; pass one of them",
      })
  void samplingRefusesWhatItCannotDo(String flag, String message) throws IOException {
    String threads = flag.startsWith("--threads") ? "" : " --threads 1";
    assertRefused(
        "sample --model runs/teacher/teacher.onnx --out new.png " + flag + threads, message, false);
  }

  @Test
  void aGeneratorRefusesAMultiStepSampler() throws IOException {
    assertRefused(
        "sample --threads 1 --model runs/generator/generator.onnx --out new.png --steps 3",
        "which has steps of its own",
        false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--images 1 --model runs/generator/generator.onnx | --images is 1",
        "--data data --model runs/generator/generator.onnx | pass one of them",
        "--server 127.0.0.1:1 --launcher none | launcher",
        "--data data --server 127.0.0.1:1 | pass one of them",
        "--data train.npz | has no array images",
        "--data data --reference none.npz | none.npz: there is no such file",
        "--data data --reference text.onnx | cannot be read as a zip of arrays",
        "--data data --write-reference none/new.npz | none is no folder; make it",
        "--data data --write-reference data | --write-reference is",
        "--data data --features-out none/new.npz | --features-out is",
        "--data data --out none/new.json | --out is",
        "--data data --reference-features 1 | --reference-features is 1 but should be 0 or at",
        "--data data --feature-channels 2 | --feature-channels is 2 but should be 1 or 3",
        "--data data --metrics kernel_distance | --metrics names kernel_distance but there is",
        "--data data --metrics FRECHET_DISTANCE | nothing to compare with; pass --reference",
        "--data data --images 9 | --images is given but --data has its own images",
        "--data data --seed 9 | --seed is given but --data has its own images",
        "--data data --feature-range unit | --feature-range is given but",
        "--data data --feature-channels 1 | is no TorchScript; ONNX says itself",
        "--data data --cache file | is no folder that you may write",
        "--data data --out runs/classifier/classifier.onnx | is the file of --features too",
        "--data data --reference train.npz --write-reference train.npz | of --reference too",
        "--data pairs.npz --features-out runs/../pairs.npz | is the file of --data too",
        "--data data --out new.npz --write-reference new.npz | of --write-reference too",
        "--model runs/generator/generator.onnx --steps 3 | which has steps of its own",
        "--model runs/generator/generator.onnx --churn-noise 1 | --churn-noise is given but",
        "--model runs/generator/generator.onnx --seed 9223372036854775807 | pass a lower --seed",
        "--data data --reference pairs.npz | but mu [F] and sigma [F, F] are expected",
      })
  void evaluatingRefusesWhatItCannotCompare(String flags, String message) throws IOException {
    assertRefused(
        "evaluate --threads 1 --features runs/classifier/classifier.onnx " + flags, message, false);
  }
}
