package retort.trainer;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files and places that are not what a command needs. */
class BadFilesTest extends BadInput {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none.onnx | none.onnx: there is no such file",
        "data | data: it is no file but a folder; pass an ONNX file",
        "text.onnx | text.onnx: it is not an ONNX model",
        "empty.onnx | empty.onnx: it is empty",
        "cut.onnx | cut.onnx: it is not an ONNX model, or only a part of one",
        "runs/classifier/classifier.onnx | not a denoiser: it has no input 'noisy'",
        "future.onnx | it has Retort format 9, and this Retort knows formats up to 1",
      })
  void filesThatHoldNoTeacherAreRefused(String file, String message) throws IOException {
    assertRefused("distill --teacher " + file + " --out new" + TINY, message, false);
    assertRefused("sample --threads 1 --model " + file + " --out new.png", message, false);
  }

  @Test
  void aGeneratorIsNoTeacher() throws IOException {
    assertRefused(
        "distill --teacher runs/generator/generator.onnx --out new" + TINY,
        "is a generator, which knows the levels of its steps alone; pass the teacher",
        false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none | none: does not exist",
        "text.onnx | text.onnx: begins with the bytes",
        "cut | declares 40 x 8 x 8 values, 2560 bytes, but ends after",
        "cifar | has 100 bytes, but an image of this CIFAR data set takes 3073",
        "unequal | has 3 labels but train-images-idx3-ubyte has 2 images",
        "nothing | holds no .png, .jpg or .jpeg file",
        "wide | wide: images are [1, 4, 8] but teachers are square",
      })
  void dataThatCannotTeachAreRefused(String data, String message) throws IOException {
    assertRefused("teach --out new --data " + data + TINY, message, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sample --model runs/generator/generator.onnx --out new.jpg | should end in .png or .npz",
        "sample --model runs/generator/generator.onnx --out none/new.png | is no folder",
        "sample --model runs/generator/generator.onnx --out file/new.npz | is no folder",
        "sample --model runs/teacher/teacher.onnx --steps 0 --out new.png | --steps is 0",
        "sample --model odd.onnx --threads 1 --out new.png | retort.sigma_init is 'high' but",
        "evaluate --features runs/classifier/classifier.onnx | --data, --model and --server say",
        "evaluate --features none.onnx --data data --threads 1 | there is no such file",
        "evaluate --features runs/classifier/classifier.onnx --threads 1 --data wide | takes"
            + " images",
      })
  void placesAndFilesThatDoNotFitAreRefused(String line, String message) throws IOException {
    assertRefused(line, message, false);
  }

  @Test
  void aFolderBelowAFileIsRefused() throws IOException {
    assertRefused(
        TEACH.replace("new", "file/run"), "pass a folder you may write with --out", false);
  }
}
