package retort.server.generator;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session in the layout that suits the machine. Whoever opened it closes the session.
 *
 * @param calibration what it does
 */
record TunedSession(OnnxSession session, Calibration calibration) {
  private static final Logger LOG = LoggerFactory.getLogger(TunedSession.class);

  /** Of the origins by which sessions are compared. */
  private static final int PROBES = 4;

  /**
   * Takes a layout as it was measured, unless the network makes other bytes in it.
   *
   * @param known of a network of the same graph
   * @param first opened for one thread; stays its owner's, even if another is returned
   */
  static Optional<TunedSession> as(Calibration known, OnnxSession first, OnnxFile file) {
    int threads = known.layout().threads();
    OnnxSession session = threads == 1 ? first : file.session(threads);
    boolean same = session == first;
    try {
      same =
          same || Evidence.same(Evidence.images(first, PROBES), Evidence.images(session, PROBES));
    } finally {
      if (!same) {
        session.close();
      }
    }
    if (!same) {
      return Optional.empty();
    }
    LOG.info("{}: {}, as the version before, whose graph is the same", file.path(), known.layout());
    return Optional.of(new TunedSession(session, known));
  }

  /**
   * Tries the layouts and keeps the best; says which, and why, in one line of the log. A layout in
   * which the network makes other bytes is not taken: the same origin makes the same image on every
   * machine of a kind, whatever the number of its cores.
   *
   * @param first opened for one thread; stays its owner's, even if another is returned
   * @param maxBatch images in one run, at most
   */
  static TunedSession best(OnnxSession first, OnnxFile file, int maxBatch) {
    List<Layout> layouts = Layout.candidates(file.device(), file.cores());
    TunedSession best =
        new TunedSession(first, Calibration.measure(first, layouts.get(0), maxBatch));
    try {
      // Nothing is compared where there is one layout.
      List<byte[]> images = Evidence.images(first, layouts.size() == 1 ? 0 : PROBES);
      StringBuilder tried = new StringBuilder(best.rate());
      for (Layout layout : layouts.subList(1, layouts.size())) {
        // On a device the layouts share a session.
        boolean own = layout.threads() != layouts.get(0).threads();
        OnnxSession session = own ? file.session(layout.threads()) : best.session;
        try {
          TunedSession other =
              new TunedSession(session, Calibration.measure(session, layout, maxBatch));
          tried.append(", ").append(other.rate());
          if (other.calibration.betterThan(best.calibration)) {
            // It may have met what another program did: the one in front has a second try.
            best = best.measuredAgain(maxBatch);
            tried.append(", again ").append(best.rate());
          }
          if (other.calibration.betterThan(best.calibration)
              && Evidence.same(images, Evidence.images(session, PROBES))) {
            session = best.session;
            best = other;
          }
        } finally {
          if (session != best.session && session != first) {
            session.close();
          }
        }
      }
      best.announce(file.path(), layouts, tried.toString());
      return best;
    } catch (RuntimeException e) {
      if (best.session != first) {
        best.session.close();
      }
      throw e;
    }
  }

  private TunedSession measuredAgain(int maxBatch) {
    Calibration again = Calibration.measure(session, calibration.layout(), maxBatch);
    return again.imagesPerSecond() > calibration.imagesPerSecond()
        ? new TunedSession(session, again)
        : this;
  }

  private String rate() {
    return String.format(
        Locale.ROOT,
        "%d x %d cores %.1f",
        calibration.layout().runs(),
        calibration.layout().cores(),
        calibration.imagesPerSecond());
  }

  private void announce(Path file, List<Layout> layouts, String tried) {
    LOG.info(
        "{}: {} images/s, {} ms per image, {} ({})",
        file,
        String.format(Locale.ROOT, "%.1f", calibration.imagesPerSecond()),
        String.format(Locale.ROOT, "%.2f", calibration.millisAlone()),
        calibration.layout(),
        layouts.size() == 1
            ? "the only layout"
            : "tried, in images/s: "
                + tried
                + "; taken is the most, but 50 ms per image before all, and equal bytes");
  }
}
