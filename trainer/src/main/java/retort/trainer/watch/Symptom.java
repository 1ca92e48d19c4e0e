package retort.trainer.watch;

import java.util.Locale;
import java.util.Optional;
import retort.trainer.watch.RunHistory.Setting;

/**
 * What can be seen of a run that goes wrong. Each looks at the latest statistics; one value alone
 * is never enough.
 */
enum Symptom {
  /** The Frechet distance leaves its best far behind. */
  DIVERGENCE {
    private static final double FAR = 1.5;

    @Override
    Optional<String> seen(RunHistory run) {
      Series distance = run.of("frechet_distance");
      double best = distance.lowest();
      if (distance.earlier() == 0 || !distance.lately(3, value -> value > FAR * best)) {
        return Optional.empty();
      }
      return text(
          "the Frechet distance has been over %.1f times its best of %.3g, after %,d images, for"
              + " three measurements, and is %.3g: the run diverges. Start another from %s-best.onnx"
              + " with --init and %s",
          FAR, best, run.bestImages(), distance.last(), run.setting().network(), slower(run));
    }
  },

  /** Images of one label hardly differ. */
  MODE_COLLAPSE {
    @Override
    Optional<String> seen(RunHistory run) {
      Series spread = run.of("image_spread");
      if (!spread.lately(2, value -> value < 0.3)) {
        return Optional.empty();
      }
      String advice =
          switch (run.setting().method()) {
            case "dmd" -> "raise " + run.setting().flag("regression-weight");
            case "dmd2" ->
                "raise "
                    + run.setting().flag("gan-weight")
                    + " or "
                    + run.setting().flag("fake-steps");
            case "sid", "sida" -> "lower " + run.setting().flag("alpha") + ", or " + slower(run);
            default -> slower(run);
          };
      return text(
          "the images of a label are nearly all alike: two of them are %.2f as far apart as in %s. If"
              + " this does not pass, %s",
          spread.last(), "reference-samples.png", advice);
    }
  },

  /** Images are noise. */
  NOISE {
    @Override
    Optional<String> seen(RunHistory run) {
      Series noise = run.of("image_noise");
      return noise.lately(2, value -> value > 0.5)
          ? text(
              "the images are nearly noise (image_noise is %.2f, of 1 for white noise). %s",
              noise.last(), capitalised(slower(run)))
          : Optional.empty();
    }
  },

  /** Images leave their range. */
  SATURATION {
    @Override
    Optional<String> seen(RunHistory run) {
      Series overflow = run.of("image_overflow");
      return overflow.lately(2, value -> value > 0.2)
          ? text(
              "%.0f %% of the images' values lie far outside [-1, 1]: the images are saturated. %s",
              100 * overflow.last(), capitalised(slower(run)))
          : Optional.empty();
    }
  },

  /** Images do not carry their labels. */
  LABELS {
    private static final double ABOVE_CHANCE = 0.1;

    @Override
    Optional<String> seen(RunHistory run) {
      Series accuracy = run.of("label_accuracy");
      double chance = 1.0 / Math.max(1, run.setting().labels());
      double bound = chance + ABOVE_CHANCE * (1 - chance);
      return run.setting().labels() > 1 && accuracy.lately(3, value -> value < bound)
          ? text(
              "%.0f %% of the images carry their label, no more than by chance, for three"
                  + " measurements. See whether the labels of --features are in the same order;"
                  + " otherwise %s",
              100 * accuracy.last(), slower(run))
          : Optional.empty();
    }
  },

  /** Gradients grow without bound. */
  GRADIENTS {
    private static final double MANY = 20;

    @Override
    Optional<String> seen(RunHistory run) {
      for (String name : run.names("gradient_norm")) {
        Series norm = run.of(name);
        double usual = norm.usual();
        if (norm.earlier() >= 3 && norm.lately(3, value -> value > MANY * usual)) {
          String bound =
              run.setting().options().containsKey("clip-norm")
                  ? String.format(
                      Locale.ROOT,
                      "Bound it with %s, such as %.2g, or ",
                      run.setting().flag("clip-norm"),
                      usual)
                  : "Bound the steps: ";
          return text(
              "%s is %.3g, after %.3g before: the gradients explode. %s%s",
              name, norm.last(), usual, bound, slower(run));
        }
      }
      return Optional.empty();
    }
  },

  /** Gradients are no numbers, time and again. */
  NONFINITE {
    @Override
    Optional<String> seen(RunHistory run) {
      if (!run.of("nonfinite_steps").lately(3, value -> value > 0)) {
        return Optional.empty();
      }
      boolean half = run.setting().options().getOrDefault("precision", "FP32").equals("BF16");
      return text(
          "gradients are not finite time and again. %s%s",
          half ? "Compute with --precision fp32; if that does not help, " : "",
          half ? slower(run) : capitalised(slower(run)));
    }
  },

  /** The discriminator tells every image, and the generator learns nothing of it. */
  DISCRIMINATOR {
    @Override
    Optional<String> seen(RunHistory run) {
      boolean sida =
          run.of("loss_discriminator").lately(3, value -> value < 0.05)
              && run.of("loss_adversarial").lately(3, value -> value > 3);
      boolean dmd2 =
          run.of("loss_classifier").lately(3, value -> value < 0.1)
              && run.of("loss_realism").lately(3, value -> value > 3);
      if (!sida && !dmd2) {
        return Optional.empty();
      }
      String scale = sida ? "discriminator-scale" : "classifier-weight";
      return text(
          "the discriminator has won: it tells nearly every generated image from a real one, and"
              + " its answers say little of how to mend them. Lower %s or %s, and see that --data"
              + " are the images that the teacher learnt",
          run.setting().flag(scale), run.setting().flag("lr"));
    }
  },

  /** The fake score network does not keep up with the generator. */
  FAKE_SCORE {
    private static final double MANY = 3;

    @Override
    Optional<String> seen(RunHistory run) {
      double rise = run.of("loss_fake_score").rise();
      return rise > MANY
          ? text(
              "the fake score network's loss is %.1f times its lowest: it does not keep up with the"
                  + " generator, which then learns from errors. Lower %s, to a fifth of %s or less;"
                  + " if the loss leaps, lower that too",
              rise, run.setting().flag("generator-lr"), run.setting().flag("lr"))
          : Optional.empty();
    }
  };

  /** What is seen, and what to do; empty where all is well. */
  abstract Optional<String> seen(RunHistory run);

  private static Optional<String> text(String format, Object... values) {
    return Optional.of(String.format(Locale.ROOT, format, values) + ".");
  }

  /** How a method is made to take smaller steps. */
  private static String slower(RunHistory run) {
    Setting setting = run.setting();
    return switch (setting.method()) {
      case "sid", "sida" ->
          "lower "
              + setting.flag("generator-lr")
              + ", with "
              + setting.flag("lr")
              + " about five times that; for a teacher that knows little of high noise, lower "
              + setting.flag("t-max")
              + " too";
      case "dmd", "dmd2" ->
          "lower "
              + setting.flag("generator-lr")
              + ", and keep "
              + setting.flag("lr")
              + " above it";
      default -> "lower " + setting.flag("lr");
    };
  }

  private static String capitalised(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
