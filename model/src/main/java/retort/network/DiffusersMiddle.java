package retort.network;

import java.util.OptionalInt;

/**
 * The middle of a diffusers U-Net: two residual blocks with attention between them.
 *
 * @param scale the residual sums are divided by it
 * @param attends whether there is attention
 * @param normGroups of the normalisation before attention, where the configuration says it
 */
public record DiffusersMiddle(double scale, boolean attends, OptionalInt normGroups) {

  static DiffusersMiddle of(Arguments arguments) {
    String groups = "attn_norm_num_groups";
    return new DiffusersMiddle(
        arguments.decimal("mid_block_scale_factor", 1),
        arguments.flag("add_attention", true),
        arguments.has(groups) ? OptionalInt.of(arguments.integer(groups)) : OptionalInt.empty());
  }

  /**
   * Groups of the normalisation before attention; 0 for none, as in networks whose embedding scales
   * and shifts.
   */
  int attentionGroups(DiffusersResnet resnet, int channels) {
    return normGroups.orElse(resnet.scaleShift() ? 0 : resnet.groups(channels));
  }
}
