package retort.server;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import retort.denoiser.ImageShape;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorException;
import retort.server.generator.Lane;
import retort.server.generator.RunCosts;

/** A generator that counts how often it was closed; nothing runs on it. */
public final class FakeGenerator implements Generator {
  private final String digest;
  private final ImageShape shape;
  private final List<String> labels;
  private final RunCosts costs = RunCosts.of(1_000);
  private final AtomicInteger closed = new AtomicInteger();

  public FakeGenerator(String digest, ImageShape shape, List<String> labels) {
    this.digest = digest;
    this.shape = shape;
    this.labels = labels;
  }

  /** One that is told from others by its digest alone. */
  public static FakeGenerator of(String digest) {
    return new FakeGenerator(digest, new ImageShape(1, 2, 2), List.of("a"));
  }

  /** How often it was closed. */
  public int closed() {
    return closed.get();
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public List<String> labelNames() {
    return labels;
  }

  @Override
  public String method() {
    return "";
  }

  @Override
  public int maxBatch() {
    return 1;
  }

  @Override
  public int cores() {
    return 1;
  }

  @Override
  public RunCosts costs() {
    return costs;
  }

  @Override
  public Lane lane() {
    throw new GeneratorException("a fake makes no images");
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }

  @Override
  public String toString() {
    return digest;
  }
}
