package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import retort.server.FakeGenerator;

class NetworkUseTest {
  private final FakeGenerator network = FakeGenerator.of("a");

  @Test
  void lastUserToLetGoClosesTheNetwork() {
    NetworkUse first = NetworkUse.first(network);
    NetworkUse second = first.again().orElseThrow();

    first.close();
    assertThat(network.closed()).isZero();

    second.close();
    assertThat(network.closed()).isEqualTo(1);
  }

  @Test
  void lettingGoTwiceTakesNothingFromOthers() {
    NetworkUse first = NetworkUse.first(network);
    NetworkUse second = first.again().orElseThrow();

    first.close();
    first.close();

    assertThat(network.closed()).isZero();
    second.close();
    assertThat(network.closed()).isEqualTo(1);
  }

  @Test
  void closedNetworkIsNotUsedAgain() {
    NetworkUse use = NetworkUse.first(network);
    use.close();

    assertThat(use.again()).isEmpty();
  }

  @Test
  void usersThatComeAndGoAtOnceCloseItOnce() throws InterruptedException {
    NetworkUse first = NetworkUse.first(network);
    CountDownLatch begin = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                awaitUnchecked(begin);
                for (int j = 0; j < 10_000; j++) {
                  Optional<NetworkUse> use = first.again();
                  use.ifPresent(NetworkUse::close);
                }
              });
      thread.start();
      threads.add(thread);
    }

    begin.countDown();
    first.close();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(network.closed()).isEqualTo(1);
    assertThat(first.again()).isEmpty();
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
