package retort.clients.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import retort.v1.StreamUpdate;

class SteererTest {
  private static final long MILLI = 1_000_000;

  private final List<StreamUpdate> sent = new ArrayList<>();
  private final Steerer steerer = new Steerer(10, new Span(0, 0, 1000 * MILLI), sent::add);

  private Histogram control() {
    Histogram all = Times.histogram();
    steerer.addTo(all);
    return all;
  }

  @Test
  void updatesAreSentWhenTheyAreDue() {
    steerer.begin(0);

    assertThat(steerer.send(61 * MILLI) / MILLI).isEqualTo(61);
    assertThat(sent).isEmpty();
    steerer.send(62 * MILLI);

    assertThat(sent).extracting(StreamUpdate::getUpdateId).containsExactly(1L);
  }

  @Test
  void timeCountsFromWhenAnUpdateWasToBeSent() {
    steerer.begin(0);
    steerer.send(340 * MILLI);

    steerer.arrived(0, 350 * MILLI);
    steerer.arrived(3, 400 * MILLI);

    assertThat(control().getTotalCount()).isEqualTo(3);
    // They were to be sent at 61.8, 123.6 and 285.4 ms.
    assertThat(control().getMaxValue() / MILLI).isEqualTo(338);
    assertThat(control().getMinValue() / MILLI).isEqualTo(114);
    assertThat(steerer.mostFramesBetween()).isEqualTo(1);
    assertThat(steerer.unseen()).isZero();
  }

  @Test
  void anUpdateThatNoFrameShowsIsTold() {
    steerer.begin(0);
    steerer.send(200 * MILLI);

    steerer.arrived(1, 250 * MILLI);

    assertThat(steerer.unseen()).isEqualTo(1);
  }
}
