package retort.network;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The kinds of stages that a diffusers U-Net is made of, each for both ways. */
public enum DiffusersBlock {
  /** Residual blocks, and a convolution that resamples. */
  PLAIN("DownBlock2D", "UpBlock2D"),
  /** The same with attention after each residual block. */
  ATTENTION("AttnDownBlock2D", "AttnUpBlock2D"),
  /** Residual blocks, the last of which resamples. */
  RESNET("ResnetDownsampleBlock2D", "ResnetUpsampleBlock2D"),
  /**
   * Residual blocks with smooth resampling, beside which the image itself goes down and up (NCSN++,
   * Song et al. 2021).
   */
  SKIP("SkipDownBlock2D", "SkipUpBlock2D"),
  /** The same with attention: after each residual block on the way down, once on the way up. */
  ATTENTION_SKIP("AttnSkipDownBlock2D", "AttnSkipUpBlock2D");

  /** How names began before the first release. */
  private static final String OLD_PREFIX = "UNetRes";

  private final String down;
  private final String up;

  DiffusersBlock(String down, String up) {
    this.down = down;
    this.up = up;
  }

  boolean attends() {
    return this == ATTENTION || this == ATTENTION_SKIP;
  }

  boolean skips() {
    return this == SKIP || this == ATTENTION_SKIP;
  }

  /**
   * The kind that a configuration names on the way down.
   *
   * @throws IllegalArgumentException for blocks of other networks
   */
  static DiffusersBlock down(String name) {
    return Arrays.stream(values())
        .filter(block -> block.down.equals(current(name)))
        .findFirst()
        .orElseThrow(
            () ->
                unknown(
                    "down_block_types",
                    name,
                    Arrays.stream(values()).map(b -> b.down).collect(Collectors.joining(", "))));
  }

  /**
   * The kind that a configuration names on the way up.
   *
   * @throws IllegalArgumentException for blocks of other networks
   */
  static DiffusersBlock up(String name) {
    return Arrays.stream(values())
        .filter(block -> block.up.equals(current(name)))
        .findFirst()
        .orElseThrow(
            () ->
                unknown(
                    "up_block_types",
                    name,
                    Arrays.stream(values()).map(b -> b.up).collect(Collectors.joining(", "))));
  }

  private static String current(String name) {
    return name.startsWith(OLD_PREFIX) ? name.substring(OLD_PREFIX.length()) : name;
  }

  private static IllegalArgumentException unknown(String list, String name, String known) {
    return new IllegalArgumentException(
        list + " has '" + name + "', which is not a block of UNet2DModel; these are " + known);
  }
}
