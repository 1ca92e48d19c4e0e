package retort.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.graph.DataType;
import retort.graph.Tensor;

class DiffusersNamesTest {

  private static Tensor unread(int... shape) {
    return Tensor.stored(
        DataType.FLOAT32,
        shape,
        () -> {
          throw new AssertionError("values are read");
        });
  }

  @Test
  void attentionOfOlderReleasesGetsTodaysNames() {
    Map<String, Tensor> old = new HashMap<>();
    for (String name : new String[] {"query", "key", "value", "proj_attn"}) {
      old.put("mid_block.attentions.0." + name + ".weight", unread(8, 8));
      old.put("mid_block.attentions.0." + name + ".bias", unread(8));
    }

    assertThat(DiffusersNames.current(old))
        .containsOnlyKeys(
            "mid_block.attentions.0.to_q.weight",
            "mid_block.attentions.0.to_q.bias",
            "mid_block.attentions.0.to_k.weight",
            "mid_block.attentions.0.to_k.bias",
            "mid_block.attentions.0.to_v.weight",
            "mid_block.attentions.0.to_v.bias",
            "mid_block.attentions.0.to_out.0.weight",
            "mid_block.attentions.0.to_out.0.bias");
  }

  @Test
  void convolutionsOfOnePixelBecomeMatrices() {
    Map<String, Tensor> current =
        DiffusersNames.current(
            Map.of(
                "down_blocks.1.attentions.0.query.weight", unread(8, 4, 1, 1),
                "down_blocks.1.attentions.0.to_k.weight", unread(8, 4, 1, 1)));

    assertThat(current.values()).allSatisfy(t -> assertThat(t.shape()).containsExactly(8, 4));
  }

  @Test
  void otherWeightsStayWhatTheyAre() {
    Map<String, Tensor> today =
        Map.of(
            "down_blocks.1.resnets.0.conv_shortcut.weight", unread(8, 4, 1, 1),
            "down_blocks.1.attentions.0.group_norm.weight", unread(8));

    assertThat(DiffusersNames.current(today)).isEqualTo(today);
  }

  @Test
  void frequenciesOfOlderReleasesAreKeptOnce() {
    Tensor frequencies = unread(4);

    assertThat(DiffusersNames.current(Map.of("time_proj.W", frequencies)))
        .containsOnly(Map.entry("time_proj.weight", frequencies));
    assertThat(
            DiffusersNames.current(
                Map.of("time_proj.W", unread(4), "time_proj.weight", frequencies)))
        .containsOnly(Map.entry("time_proj.weight", frequencies));
  }
}
