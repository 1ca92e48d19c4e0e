package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import retort.v1.Encoding;
import retort.v1.Image;
import retort.v1.Model;
import retort.v1.StreamRequest;

class FrameSizeTest {
  private static final Model COLOURS =
      Model.newBuilder().setWidth(100).setHeight(50).setChannels(3).build();
  private static final StreamRequest RAW =
      StreamRequest.newBuilder().setEncoding(Encoding.ENCODING_RAW).build();

  private static int window(StreamRequest.Builder request) {
    return FrameSize.of(request.build(), COLOURS).windowBytes();
  }

  @Test
  void theWindowHoldsThreeFramesOfTheModelsSize() {
    assertThat(window(RAW.toBuilder())).isEqualTo(3 * (256 + 100 * 50 * 3));
  }

  @Test
  void theWindowFollowsTheSizeAskedForDownAndUp() {
    assertThat(window(RAW.toBuilder().setWidth(10).setHeight(5))).isEqualTo(3 * (256 + 10 * 5 * 3));
    assertThat(window(RAW.toBuilder().setWidth(200))).isEqualTo(3 * (256 + 200 * 50 * 3));
  }

  @Test
  void theWindowFollowsTheEncoding() {
    int raw = window(RAW.toBuilder());

    assertThat(window(RAW.toBuilder().setEncoding(Encoding.ENCODING_PNG))).isEqualTo(raw);
    assertThat(window(RAW.toBuilder().setEncoding(Encoding.ENCODING_JPEG))).isLessThan(raw / 2);
    assertThat(window(RAW.toBuilder().setEncoding(Encoding.ENCODING_WEBP))).isLessThan(raw / 2);
    assertThat(window(RAW.toBuilder().setEncoding(Encoding.ENCODING_JPEG).setQuality(100)))
        .isEqualTo(raw);
  }

  @Test
  void afterAFrameTheWindowFollowsItsImage() {
    Image small =
        Image.newBuilder()
            .setEncoding(Encoding.ENCODING_RAW)
            .setWidth(8)
            .setHeight(8)
            .setChannels(1)
            .build();

    assertThat(FrameSize.of(small, 0).windowBytes()).isEqualTo(3 * (256 + 64));
  }

  @Test
  void aMessageMayBeWhatAnUpdateCanAskForAndMoreForALargeModel() {
    Model large = COLOURS.toBuilder().setWidth(4096).setHeight(1024).build();

    assertThat(FrameSize.of(RAW, COLOURS).messageBytes()).isEqualTo(4 << 20);
    assertThat(FrameSize.of(RAW, large).messageBytes()).isEqualTo(4096 * 1024 * 3 + (64 << 10));
  }
}
