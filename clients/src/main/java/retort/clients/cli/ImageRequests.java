package retort.clients.cli;

import io.grpc.Status;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import retort.clients.RetortClient;
import retort.clients.RetortException;
import retort.clients.cli.picture.ImageDecoder;
import retort.clients.cli.picture.PictureException;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.GeneratedImage;
import retort.v1.Origin;

/**
 * Any number of images, in requests that a server takes.
 *
 * @param client asks
 * @param model for images of this
 */
record ImageRequests(RetortClient client, ServedModel model) {
  /** Enough to keep a server busy, and few enough to leave others room in its queue. */
  private static final int MAX_IMAGES = 64;

  /** Answers of more than this make memory, not speed. */
  private static final long MAX_BYTES = (4 << 20) - (64 << 10);

  /**
   * One picture for each origin, in their order.
   *
   * <p>No server says how much its queue holds: a request that is too much for it is halved, down
   * to one image, before its refusal counts.
   */
  List<BufferedImage> pictures(List<Origin> origins) {
    List<BufferedImage> pictures = new ArrayList<>();
    int most = imagesARequest();
    while (pictures.size() < origins.size()) {
      int end = Math.min(origins.size(), pictures.size() + most);
      List<Origin> part = origins.subList(pictures.size(), end);
      try {
        List<GeneratedImage> images = client.generate(request(part)).getImagesList();
        if (images.size() != part.size()) {
          throw new PictureException(
              "the server sent %d images where %d were asked for; see whether it is a Retort server"
                  .formatted(images.size(), part.size()));
        }
        for (GeneratedImage image : images) {
          pictures.add(ImageDecoder.decode(image.getImage()));
        }
      } catch (RetortException e) {
        boolean tooMuch =
            e.code() == Status.Code.RESOURCE_EXHAUSTED || e.code() == Status.Code.INVALID_ARGUMENT;
        if (!tooMuch || part.size() == 1) {
          throw e;
        }
        most = part.size() / 2;
      }
    }
    return pictures;
  }

  private int imagesARequest() {
    long imageBytes =
        (long) model.description().getWidth()
            * model.description().getHeight()
            * model.description().getChannels();
    return (int) Math.max(1, Math.min(MAX_IMAGES, MAX_BYTES / Math.max(1, imageBytes)));
  }

  private GenerateRequest request(List<Origin> origins) {
    return GenerateRequest.newBuilder()
        .setModel(model.name())
        .addAllOrigins(origins)
        .setEncoding(Encoding.ENCODING_RAW)
        .build();
  }
}
