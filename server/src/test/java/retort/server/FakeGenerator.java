package retort.server;

import java.util.List;
import retort.denoiser.ImageShape;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorException;
import retort.server.generator.Lane;

/** A generator on which nothing runs. */
public class FakeGenerator extends FakeNetwork implements Generator {
  private final ImageShape shape;
  private final List<String> labels;

  protected FakeGenerator(
      String digest, ImageShape shape, List<String> labels, int maxBatch, long imageNanos) {
    super(digest, maxBatch, imageNanos);
    this.shape = shape;
    this.labels = labels;
  }

  public FakeGenerator(String digest, ImageShape shape, List<String> labels) {
    this(digest, shape, labels, 1, 1_000);
  }

  /** One that is told from others by its digest alone. */
  public static FakeGenerator of(String digest) {
    return new FakeGenerator(digest, new ImageShape(1, 2, 2), List.of("a"));
  }

  @Override
  public final ImageShape shape() {
    return shape;
  }

  @Override
  public final List<String> labelNames() {
    return labels;
  }

  @Override
  public final String method() {
    return "";
  }

  @Override
  public Lane lane() {
    throw new GeneratorException("a fake makes no images");
  }
}
