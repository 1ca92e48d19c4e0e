package retort.clients.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import retort.clients.FrameStream;
import retort.clients.RetortClient;
import retort.clients.cli.picture.OutputFile;
import retort.clients.cli.picture.PictureGrid;
import retort.clients.cli.picture.PictureSink;
import retort.v1.Origin;
import retort.v1.StreamRequest;
import retort.v1.Walk;

/**
 * The pictures of the demo, asked of a server.
 *
 * @param client asks
 * @param model for images of this, which has labels
 */
record Gallery(RetortClient client, ServedModel model) {
  static final int FRAMES = 100;
  static final double FPS = 20;

  private static final int WARM_UP_FRAMES = 10;
  private static final int COLUMNS = 10;
  private static final int GRID_SCALE = 3;
  private static final int WALK_SCALE = 6;

  /** Writes a grid whose row r holds images of label r. */
  void grid(Path file) {
    List<Origin> origins = new ArrayList<>();
    for (int label : model.labels(List.of())) {
      for (int i = 0; i < COLUMNS; i++) {
        origins.add(Origin.newBuilder().setSeed(origins.size()).setLabel(label).build());
      }
    }
    PictureGrid grid = new PictureGrid(COLUMNS, GRID_SCALE);
    OutputFile.writePng(
        file,
        grid.layOut(
            new ImageRequests(client, model, ImageForm.RAW)
                .pictures(origins.size(), origins::get)));
  }

  /**
   * Saves a walk once over all labels as a moving picture, and measures its frames. A few frames
   * come before it that are not counted: the first of a new server load its classes.
   */
  StreamSummary walk(Path file) {
    List<Integer> labels = model.labels(List.of());
    StreamRequest request =
        StreamRequest.newBuilder()
            .setModel(model.name())
            .setStart(Origin.newBuilder().setLabel(labels.get(0)))
            .setFps(FPS)
            .setFrameCount(FRAMES)
            .setWalk(Walk.newBuilder().setSpeed(labels.size() * FPS / FRAMES).addAllLabels(labels))
            .build();
    watch(request.toBuilder().setFrameCount(WARM_UP_FRAMES).build(), PictureSink.none());
    try (PictureSink sink = PictureSink.at(file, FPS, WALK_SCALE)) {
      return watch(request, sink);
    }
  }

  private StreamSummary watch(StreamRequest request, PictureSink sink) {
    StreamMeter meter = new StreamMeter(FPS, request.getFrameCount(), 1000 / FPS / 2);
    try (FrameStream stream = client.stream(request)) {
      new Viewer(meter, sink).watch(stream);
    }
    return meter.summary(StreamSummary.Ending.COMPLETE);
  }
}
