package retort.server.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.ImageFormat;
import retort.server.schedule.Render;
import retort.server.schedule.Rendered;
import retort.v1.GenerateResponse;
import retort.v1.GeneratedImage;

/** One call of {@code Generate}: collects its images and answers all of them or a failure. */
final class GenerateCall {
  private final ServerCallStreamObserver<GenerateResponse> call;
  private final Optional<Deadline> deadline;
  private final Generator generator;
  private final ImageFormat format;

  /** Guarded by this. */
  private final @Nullable GeneratedImage[] images;

  private int missing;
  private volatile boolean over;

  /** A call that is being started: by the thread of gRPC that received it. */
  GenerateCall(
      ServerCallStreamObserver<GenerateResponse> call,
      Generator generator,
      ImageFormat format,
      int count) {
    this.call = call;
    this.deadline = Optional.ofNullable(Context.current().getDeadline());
    this.generator = generator;
    this.format = format;
    images = new GeneratedImage[count];
    missing = count;
  }

  /** Forgets the call: its client is gone. */
  void cancel() {
    over = true;
  }

  /**
   * What has to be made.
   *
   * @param now when it was asked for, in nanoseconds
   */
  List<Render> renders(List<Origin> origins, long now) {
    List<Render> renders = new ArrayList<>(origins.size());
    for (int i = 0; i < origins.size(); i++) {
      renders.add(Render.request(generator, origins.get(i), format, now, new OneImage(i)));
    }
    return renders;
  }

  private final class OneImage implements Render.Client {
    private final int place;

    OneImage(int place) {
      this.place = place;
    }

    @Override
    public boolean gone() {
      return over || deadline.map(Deadline::isExpired).orElse(false);
    }

    @Override
    public void rendered(Rendered image) {
      // One of several waits for the others.
      Rendered held = images.length > 1 ? image.kept() : image;
      add(place, Messages.generated(held, generator.shape(), format));
    }

    @Override
    public void failed(RuntimeException reason) {
      fail(reason);
    }
  }

  private void add(int place, GeneratedImage image) {
    GenerateResponse.Builder response = GenerateResponse.newBuilder();
    synchronized (this) {
      images[place] = image;
      missing--;
      if (missing > 0 || over) {
        return;
      }
      over = true;
      response.addAllImages(List.of(images)).setModelDigest(generator.digest());
    }
    call.onNext(response.build());
    call.onCompleted();
  }

  private void fail(RuntimeException reason) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
    }
    call.onError(Failures.status(reason));
  }
}
