package retort.network;

import retort.graph.Value;

/**
 * Self-attention over the pixels of an image, as in a diffusers U-Net.
 *
 * <p>Weights: {@code group_norm} and the linear layers {@code to_q, to_k, to_v, to_out.0}.
 *
 * @param headChannels channels of each head; 0 for one head of all channels. As many heads as fit
 *     take part, so that queries, keys and values are narrower than an image they do not divide
 * @param epsilon of the normalisation
 */
record DiffusersAttention(int headChannels, double epsilon) {

  /**
   * Applies the block with its residual sum.
   *
   * @param groups of the normalisation before it; 0 for none
   * @param scale the residual sum is divided by it
   */
  Value apply(Layers layers, String name, Value x, int groups, double scale) {
    int channels = x.channels();
    int perHead = headChannels == 0 ? channels : headChannels;
    DiffusersUNet.require(
        perHead <= channels,
        "attention_head_dim",
        perHead,
        "at most the " + channels + " channels");
    int heads = channels / perHead;
    long pixels = (long) x.height() * x.width();

    Value normed = groups == 0 ? x : layers.groupNorm(name + ".group_norm", x, groups, epsilon);
    Value tokens = normed.reshape(0, channels, pixels).transpose(0, 2, 1).reshape(-1, channels);
    Value[] parts = new Value[3];
    String[] names = {".to_q", ".to_k", ".to_v"};
    for (int i = 0; i < parts.length; i++) {
      parts[i] =
          layers
              .linear(name + names[i], tokens, heads * perHead)
              .reshape(-1, pixels, heads, perHead)
              .transpose(0, 2, 1, 3);
    }
    Value attended = parts[0].attend(parts[1], parts[2]).transpose(0, 2, 1, 3);
    Value mixed =
        layers.linear(name + ".to_out.0", attended.reshape(-1, (long) heads * perHead), channels);
    Value image =
        mixed
            .reshape(-1, pixels, channels)
            .transpose(0, 2, 1)
            .reshape(0, channels, x.height(), x.width());
    return image.plus(x).times(1 / scale);
  }
}
