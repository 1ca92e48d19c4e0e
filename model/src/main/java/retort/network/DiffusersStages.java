package retort.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import retort.graph.Value;

/**
 * The way of an image down and up through the stages of a diffusers U-Net while its graph is built.
 */
final class DiffusersStages {
  /** What the blocks of NCSN++ normalise and what its images are made of, whatever the network. */
  private static final int SKIP_ATTENTION_GROUPS = 32;

  static final int SKIP_IMAGE_CHANNELS = 3;

  private final DiffusersScope at;
  private final DiffusersUNet network;
  private final DiffusersAttention attention;
  private final Deque<Value> skips = new ArrayDeque<>();
  private Value h;

  /**
   * The way of one image.
   *
   * @param x what the first convolution made of it
   */
  DiffusersStages(DiffusersScope at, DiffusersUNet network, Value x) {
    this.at = at;
    this.network = network;
    this.attention = new DiffusersAttention(network.headChannels(), network.resnet().epsilon());
    this.h = x;
    skips.push(h);
  }

  /** The activations so far. */
  Value activations() {
    return h;
  }

  private DiffusersResnet resnet(DiffusersBlock kind) {
    return kind.skips() ? network.resnet().ofSkipStage() : network.resnet();
  }

  private void attend(String name, DiffusersBlock kind) {
    int groups = kind.skips() ? SKIP_ATTENTION_GROUPS : network.resnet().groups(h.channels());
    h = attention.apply(at.layers(), name, h, groups, resnet(kind).scale());
  }

  /**
   * All stages on the way down.
   *
   * @param x the image
   */
  void down(Value x) {
    Value image = x;
    int last = network.down().size() - 1;
    for (int i = 0; i <= last; i++) {
      String name = "down_blocks." + i;
      DiffusersBlock kind = network.down().get(i);
      int out = network.widths().get(i);
      for (int j = 0; j < network.layersPerBlock(); j++) {
        String resnet = name + ".resnets." + j;
        h = resnet(kind).apply(at, resnet, h, out, UNetBlock.Resampling.NONE);
        if (kind.attends()) {
          attend(name + ".attentions." + j, kind);
        }
        skips.push(h);
      }
      if (i < last) {
        halve(name, kind);
        if (kind.skips()) {
          image = at.layers().downsample(image, DiffusersResnet.SMOOTH_FILTER);
          Value seen = at.layers().conv(name + ".skip_conv", image, out, 1, Initializer.XAVIER);
          h = seen.plus(h);
        }
        skips.push(h);
      }
    }
  }

  private void halve(String name, DiffusersBlock kind) {
    UNetBlock.Resampling down = UNetBlock.Resampling.DOWN;
    String sampler = name + ".downsamplers.0";
    h =
        switch (sampling(kind, network.resnetDownsampling())) {
          case SMOOTH -> resnet(kind).apply(at, name + ".resnet_down", h, h.channels(), down);
          case RESNET -> resnet(kind).apply(at, sampler, h, h.channels(), down);
          case CONV ->
              at.layers()
                  .halvingConv(sampler + ".conv", h, h.channels(), network.downsamplePadding());
        };
  }

  /** The middle, at the lowest resolution. */
  void middle(DiffusersMiddle middle) {
    DiffusersResnet resnet = network.resnet().dividedBy(middle.scale());
    int channels = h.channels();
    h = resnet.apply(at, "mid_block.resnets.0", h, channels, UNetBlock.Resampling.NONE);
    if (middle.attends()) {
      int groups = middle.attentionGroups(resnet, channels);
      h = attention.apply(at.layers(), "mid_block.attentions.0", h, groups, middle.scale());
    }
    h = resnet.apply(at, "mid_block.resnets.1", h, channels, UNetBlock.Resampling.NONE);
  }

  /**
   * All stages on the way up.
   *
   * @return what the stages add to the image beside the activations, if they do
   */
  Optional<Value> up() {
    Optional<Value> image = Optional.empty();
    int last = network.up().size() - 1;
    for (int i = 0; i <= last; i++) {
      String name = "up_blocks." + i;
      DiffusersBlock kind = network.up().get(i);
      int out = network.widths().get(last - i);
      for (int j = 0; j <= network.layersPerBlock(); j++) {
        join(name + ".resnets." + j, kind, out);
        if (kind == DiffusersBlock.ATTENTION) {
          attend(name + ".attentions." + j, kind);
        }
      }
      if (kind == DiffusersBlock.ATTENTION_SKIP) {
        attend(name + ".attentions.0", kind);
      }
      if (kind.skips()) {
        image = image.map(below -> at.layers().upsample(below, DiffusersResnet.SMOOTH_FILTER));
      }
      if (i < last) {
        if (kind.skips()) {
          Value seen = image(name, resnet(kind));
          image = Optional.of(image.map(seen::plus).orElse(seen));
        }
        enlarge(name, kind);
      }
    }
    return image;
  }

  /** A residual block on the activations and those that were set aside on the way down. */
  private void join(String name, DiffusersBlock kind, int out) {
    Value skip = skips.pop();
    DiffusersResnet resnet = resnet(kind);
    // The published code divides only the second of the two numbers of channels by 4 here.
    int groups =
        kind == DiffusersBlock.ATTENTION_SKIP
            ? Math.min(SKIP_ATTENTION_GROUPS, h.channels() + skip.channels() / 4)
            : resnet.groups(h.channels() + skip.channels());
    h = resnet.apply(at, name, h.concat(skip, 1), out, UNetBlock.Resampling.NONE, groups);
  }

  private Value image(String name, DiffusersResnet resnet) {
    int groups = resnet.groups(h.channels());
    Value normed = at.layers().groupNorm(name + ".skip_norm", h, groups, resnet.epsilon());
    return at.layers()
        .conv(name + ".skip_conv", normed.silu(), SKIP_IMAGE_CHANNELS, 3, Initializer.NEARLY_ZERO);
  }

  private void enlarge(String name, DiffusersBlock kind) {
    UNetBlock.Resampling up = UNetBlock.Resampling.UP;
    String sampler = name + ".upsamplers.0";
    h =
        switch (sampling(kind, network.resnetUpsampling())) {
          case SMOOTH -> resnet(kind).apply(at, name + ".resnet_up", h, h.channels(), up);
          case RESNET -> resnet(kind).apply(at, sampler, h, h.channels(), up);
          case CONV ->
              at.layers()
                  .conv(
                      sampler + ".conv",
                      h.upsampleNearest2x(),
                      h.channels(),
                      3,
                      Initializer.XAVIER);
        };
  }

  private enum Sampling {
    CONV,
    RESNET,
    SMOOTH
  }

  /** Only stages with attention heed the configured kind of resampling. */
  private static Sampling sampling(DiffusersBlock kind, boolean resnetConfigured) {
    return switch (kind) {
      case SKIP, ATTENTION_SKIP -> Sampling.SMOOTH;
      case RESNET -> Sampling.RESNET;
      case ATTENTION -> resnetConfigured ? Sampling.RESNET : Sampling.CONV;
      case PLAIN -> Sampling.CONV;
    };
  }
}
