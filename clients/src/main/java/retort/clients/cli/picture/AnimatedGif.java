package retort.clients.cli.picture;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;
import retort.v1.Image;

/**
 * A GIF file that shows pictures at a rate, over and over. A picture stays until the next one that
 * came, so a stream with gaps plays at its own speed.
 *
 * <p>GIF counts time in hundredths of a second, and viewers take less than two for ten: a rate
 * above 50 plays at 50.
 */
final class AnimatedGif implements PictureSink {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";
  private static final int MIN_HUNDREDTHS = 2;

  private final Path file;
  private final double fps;
  private final int scale;
  private @Nullable Sequence sequence;
  private @Nullable BufferedImage shown;
  private long shownIndex;

  AnimatedGif(Path file, double fps, int scale) {
    this.file = OutputFile.target(file);
    this.fps = fps;
    this.scale = scale;
  }

  @Override
  public void add(long index, Image image) {
    showUntil(index);
    shown = PictureGrid.magnify(ImageDecoder.decode(image), scale);
    shownIndex = index;
  }

  /** Writes the picture shown so far, now that its time is known. */
  private void showUntil(long index) {
    BufferedImage picture = shown;
    if (picture == null) {
      return;
    }
    long hundredths = Math.round(100 * index / fps) - Math.round(100 * shownIndex / fps);
    try {
      if (sequence == null) {
        sequence = new Sequence(Files.newOutputStream(OutputFile.unfinished(file)));
      }
      sequence.write(picture, (int) Math.min(65_535, Math.max(MIN_HUNDREDTHS, hundredths)));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private PictureException failed(IOException e) {
    PictureException failure = OutputFile.cannotWrite(file, e);
    try {
      discard();
    } catch (PictureException second) {
      failure.addSuppressed(second);
    }
    return failure;
  }

  /** Leaves no half of a file behind. */
  @Override
  public void discard() {
    Sequence unfinished = sequence;
    shown = null;
    sequence = null;
    if (unfinished == null) {
      return;
    }
    try {
      unfinished.abandon();
      Files.deleteIfExists(OutputFile.unfinished(file));
    } catch (IOException e) {
      throw OutputFile.cannotWrite(file, e);
    }
  }

  @Override
  public void close() {
    showUntil(shownIndex + 1);
    if (sequence != null) {
      try {
        sequence.close();
        sequence = null;
        shown = null;
        OutputFile.moveIntoPlace(file);
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  /** What is written so far. */
  private static final class Sequence implements AutoCloseable {
    private final OutputStream bytes;
    private final ImageOutputStream out;
    private final ImageWriter writer;
    private boolean begun;

    Sequence(OutputStream bytes) throws IOException {
      this.bytes = bytes;
      out = new MemoryCacheImageOutputStream(bytes);
      writer = ImageIO.getImageWritersByFormatName("gif").next();
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
    }

    void write(BufferedImage picture, int hundredths) throws IOException {
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(
              ImageTypeSpecifier.createFromRenderedImage(picture), writer.getDefaultWriteParam());
      describe(metadata, hundredths);
      writer.writeToSequence(new IIOImage(picture, null, metadata), null);
      out.flush();
    }

    private void describe(IIOMetadata metadata, int hundredths) throws IIOInvalidTreeException {
      IIOMetadataNode root = new IIOMetadataNode(FORMAT);
      IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
      control.setAttribute("disposalMethod", "none");
      control.setAttribute("userInputFlag", "FALSE");
      control.setAttribute("transparentColorFlag", "FALSE");
      control.setAttribute("transparentColorIndex", "0");
      control.setAttribute("delayTime", Integer.toString(hundredths));
      root.appendChild(control);
      if (!begun) {
        root.appendChild(loopForever());
        begun = true;
      }
      metadata.mergeTree(FORMAT, root);
    }

    /** What browsers look for, once in a file: sub-block 1, and 0 for no end. */
    private static IIOMetadataNode loopForever() {
      IIOMetadataNode extension = new IIOMetadataNode("ApplicationExtension");
      extension.setAttribute("applicationID", "NETSCAPE");
      extension.setAttribute("authenticationCode", "2.0");
      extension.setUserObject(new byte[] {1, 0, 0});
      IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
      extensions.appendChild(extension);
      return extensions;
    }

    /** Closes the file without an end. */
    void abandon() throws IOException {
      writer.dispose();
      bytes.close();
    }

    @Override
    public void close() throws IOException {
      writer.endWriteSequence();
      writer.dispose();
      out.close();
      bytes.close();
    }
  }
}
