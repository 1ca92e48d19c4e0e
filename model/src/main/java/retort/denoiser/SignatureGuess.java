package retort.denoiser;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import retort.graph.Graph;

/**
 * What a network's inputs and outputs are taken for, from their names, types and shapes.
 *
 * <p>Where two readings are possible nothing is chosen: {@link #of} fails and names the flag that
 * decides.
 *
 * @param signature which input and output is what
 * @param prediction what the network answers, where the output's name says so
 * @param time how it is told the noise level, where the input's name says so
 * @param sentences what was guessed, and which flag changes it
 */
public record SignatureGuess(
    NetworkSignature signature,
    Optional<Prediction> prediction,
    Optional<NetworkTime> time,
    List<String> sentences) {
  private static final Pattern EPS = Pattern.compile(".*(eps|noise).*");
  private static final Pattern V = Pattern.compile("v|v_?pred(iction)?");
  private static final Pattern FLOW = Pattern.compile(".*flow.*");
  private static final Pattern CLEAN =
      Pattern.compile(".*(denoised|clean|x_?start|x_?0|pred_original).*");
  private static final Pattern SIGMA = Pattern.compile("sigmas?");

  public SignatureGuess {
    sentences = List.copyOf(sentences);
  }

  /**
   * Reads a network's signature.
   *
   * @throws IllegalArgumentException when a hint names what is not there, or two readings are
   *     possible
   */
  public static SignatureGuess of(Graph network, SignatureHints hints) {
    SignatureReading reading = new SignatureReading(network, hints);
    NetworkSignature signature = reading.signature();
    List<String> sentences = reading.sentences();
    Optional<Prediction> prediction = prediction(signature.output().toLowerCase(Locale.ROOT));
    prediction.ifPresent(
        p ->
            sentences.add(
                "output '" + signature.output() + "' is taken for " + p + " (--predicts)"));
    Optional<NetworkTime> time =
        Optional.of(signature.time().toLowerCase(Locale.ROOT))
            .filter(name -> SIGMA.matcher(name).matches())
            .map(name -> new SigmaTime(SigmaTime.Form.SIGMA));
    time.ifPresent(
        t ->
            sentences.add(
                "input '"
                    + signature.time()
                    + "' is taken for sigma itself (--schedule=karras, --time-form=sigma)"));
    return new SignatureGuess(signature, prediction, time, sentences);
  }

  /** A velocity could be v or flow, and a sample anything: only names with one reading count. */
  private static Optional<Prediction> prediction(String output) {
    if (CLEAN.matcher(output).matches()) {
      return Optional.of(Prediction.DENOISED);
    }
    if (EPS.matcher(output).matches()) {
      return Optional.of(Prediction.EPS);
    }
    if (V.matcher(output).matches()) {
      return Optional.of(Prediction.V);
    }
    return FLOW.matcher(output).matches() ? Optional.of(Prediction.FLOW) : Optional.empty();
  }

  /**
   * What the network answers.
   *
   * @throws IllegalArgumentException when the output's name does not say
   */
  public Prediction requirePrediction() {
    return prediction.orElseThrow(
        () ->
            new IllegalArgumentException(
                "output '"
                    + signature.output()
                    + "' does not say what it is: pass --predicts=denoised, eps, v, both,"
                    + " sample or flow"));
  }

  /**
   * How the network is told the noise level.
   *
   * @throws IllegalArgumentException when the input's name does not say
   */
  public NetworkTime requireTime() {
    return time.orElseThrow(
        () ->
            new IllegalArgumentException(
                "input '"
                    + signature.time()
                    + "' does not say how it counts noise levels: pass --schedule=linear,"
                    + " scaled-linear, squared-cosine, cosine, karras, flow or file"));
  }
}
