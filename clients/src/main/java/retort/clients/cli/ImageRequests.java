package retort.clients.cli;

import io.grpc.Status;
import java.awt.image.BufferedImage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import retort.clients.RetortClient;
import retort.clients.RetortException;
import retort.clients.cli.picture.ImageDecoder;
import retort.clients.cli.picture.PictureException;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.GeneratedImage;
import retort.v1.Image;
import retort.v1.Origin;

/**
 * Any number of images, in requests that a server takes.
 *
 * @param client asks
 * @param model for images of this
 * @param form in which they come
 */
record ImageRequests(RetortClient client, ServedModel model, ImageForm form) {
  /** Enough to keep a server busy, and few enough to leave others room in its queue. */
  private static final int MAX_IMAGES = 64;

  /** Answers of more than this make memory, not speed. */
  private static final long MAX_BYTES = (4 << 20) - (64 << 10);

  /** Requests in flight: the server makes the images of one while another's are on their way. */
  private static final int IN_FLIGHT = 2;

  /** Takes images in their order. */
  @FunctionalInterface
  interface Sink {
    void accept(Image image);
  }

  /** What one request asks for. */
  private record Part(int first, int size, Future<List<GeneratedImage>> answer) {}

  /**
   * One image for each number from 0 to {@code count - 1}, handed over in their order as they come.
   * No more than a few answers are held at once.
   *
   * <p>No server says how much its queue holds: where a request is refused, the images are asked
   * for one request at a time, each half of what was refused, down to one image, before a refusal
   * counts.
   *
   * @param origins what the image of a number is made from
   * @throws RetortException when the server fails, or refuses a single image
   */
  void images(int count, IntFunction<Origin> origins, Sink sink) {
    ExecutorService threads = Executors.newFixedThreadPool(IN_FLIGHT, ImageRequests::daemon);
    Deque<Part> parts = new ArrayDeque<>();
    try {
      int most = imagesARequest();
      int inFlight = IN_FLIGHT;
      int next = 0;
      int made = 0;
      while (made < count) {
        while (next < count && parts.size() < inFlight) {
          parts.add(part(threads, next, Math.min(most, count - next), origins));
          next += parts.getLast().size();
        }
        Part part = parts.remove();
        try {
          answer(part).forEach(image -> sink.accept(image.getImage()));
          made += part.size();
        } catch (RetortException e) {
          if (!tooMuch(e) || (part.size() == 1 && inFlight == 1)) {
            throw e;
          }
          parts.forEach(ImageRequests::settle);
          parts.clear();
          next = part.first();
          most = Math.max(1, part.size() / 2);
          inFlight = 1;
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** The same images as pictures, all in memory. */
  List<BufferedImage> pictures(int count, IntFunction<Origin> origins) {
    List<BufferedImage> pictures = new ArrayList<>();
    images(count, origins, image -> pictures.add(ImageDecoder.decode(image)));
    return pictures;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "image-request");
    thread.setDaemon(true);
    return thread;
  }

  private Part part(ExecutorService threads, int first, int size, IntFunction<Origin> origins) {
    GenerateRequest request =
        GenerateRequest.newBuilder()
            .setModel(model.name())
            .addAllOrigins(IntStream.range(first, first + size).mapToObj(origins).toList())
            .setEncoding(form.encoding())
            .setWidth(form.width())
            .setHeight(form.height())
            .setQuality(form.quality())
            .build();
    return new Part(first, size, threads.submit(() -> ask(request)));
  }

  private List<GeneratedImage> ask(GenerateRequest request) {
    GenerateResponse response = client.generate(request);
    int images = response.getImagesCount();
    if (images != request.getOriginsCount()) {
      throw new PictureException(
          "the server sent %d images where %d were asked for; see whether it is a Retort server"
              .formatted(images, request.getOriginsCount()));
    }
    String digest = response.getModelDigest();
    if (!digest.equals(model.description().getDigest())) {
      throw new PictureException(
          "the server now makes images of another file (SHA-256 %s) than it said first (%s); ask again"
              .formatted(digest, model.description().getDigest()));
    }
    return response.getImagesList();
  }

  private static List<GeneratedImage> answer(Part part) {
    try {
      return part.answer().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PictureException("interrupted while images were on their way", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Lets a request come to its end, whatever that is: its images are asked for again. */
  private static void settle(Part part) {
    try {
      answer(part);
    } catch (RetortException e) {
      // The refusal of a request before it says enough.
    }
  }

  private static boolean tooMuch(RetortException e) {
    return e.code() == Status.Code.RESOURCE_EXHAUSTED || e.code() == Status.Code.INVALID_ARGUMENT;
  }

  private int imagesARequest() {
    long imageBytes = form.mostBytes(model.description());
    return (int) Math.max(1, Math.min(MAX_IMAGES, MAX_BYTES / Math.max(1, imageBytes)));
  }
}
