package retort.server.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.server.generator.GeneratorException;

class FolderWatchTest {
  @Test
  void lookThatFailsIsFollowedByOthers() throws InterruptedException {
    CountDownLatch looks = new CountDownLatch(3);
    ModelRepository models =
        new ModelRepository(
            () -> {
              looks.countDown();
              throw new GeneratorException("there is no such folder");
            },
            (file, before) -> {
              throw new GeneratorException("nothing is opened");
            },
            1);

    try (FolderWatch watch = new FolderWatch(models, Duration.ofMillis(1))) {
      assertThat(watch).isNotNull();
      assertThat(looks.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void fileThatAppearsIsServed() throws InterruptedException {
    CountDownLatch opened = new CountDownLatch(1);
    ModelRepository models =
        new ModelRepository(
            () -> List.of(ModelFile.of("a", 1, Path.of("a.onnx"))),
            (file, before) -> {
              opened.countDown();
              throw new GeneratorException("it is seen");
            },
            1);

    try (FolderWatch watch = new FolderWatch(models, Duration.ofMillis(1))) {
      assertThat(watch).isNotNull();
      assertThat(opened.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
