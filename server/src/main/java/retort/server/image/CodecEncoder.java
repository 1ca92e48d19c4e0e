package retort.server.image;

import com.luciad.imageio.webp.CompressionType;
import com.luciad.imageio.webp.WebPImageWriterSpi;
import com.luciad.imageio.webp.WebPWriteParam;
import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import retort.denoiser.ImageShape;

/**
 * A lossy codec behind Java's image I/O: JPEG as the JDK has it, WebP as libwebp. Reads the pixels
 * where they lie. Not thread-safe.
 */
final class CodecEncoder implements AutoCloseable {
  /** Of 100: losses are hardly seen. */
  static final int USUAL_QUALITY = 90;

  /** Of 0 to 6, the effort of libwebp: twice as fast as its usual 4, for a tenth more bytes. */
  private static final int WEBP_METHOD = 1;

  private static final int[] GREY = {0};
  private static final int[] RED_GREEN_BLUE = {0, 1, 2};

  private final ImageWriter writer;
  private final ImageWriteParam settings;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private CodecEncoder(ImageWriter writer, ImageWriteParam settings) {
    this.writer = writer;
    this.settings = settings;
  }

  /** The JDK's encoder, with colours at half the resolution. */
  static CodecEncoder jpeg() {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam settings = writer.getDefaultWriteParam();
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    return new CodecEncoder(writer, settings);
  }

  /** The encoder of libwebp, lossy. */
  static CodecEncoder webp() {
    WebPWriteParam settings = new WebPWriteParam(Locale.ROOT);
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    settings.setCompressionType(CompressionType.Lossy);
    settings.setMethod(WEBP_METHOD);
    return new CodecEncoder(new WebPImageWriterSpi().createWriterInstance(null), settings);
  }

  /**
   * Encodes one image into a new array.
   *
   * @param pixels grey levels [H, W, C], row-major; bytes past the image are left alone
   * @param quality 1 to 100, or 0 for {@link #USUAL_QUALITY}
   */
  byte[] encode(byte[] pixels, ImageShape shape, int quality) {
    bytes.reset();
    settings.setCompressionQuality((quality == 0 ? USUAL_QUALITY : quality) / 100f);
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image(pixels, shape), null, null), settings);
    } catch (IOException e) {
      throw new UncheckedIOException("an image could not be encoded", e);
    } finally {
      writer.reset();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage image(byte[] pixels, ImageShape shape) {
    boolean grey = shape.channels() == 1;
    ColorModel colours =
        new ComponentColorModel(
            ColorSpace.getInstance(grey ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
            false,
            false,
            ColorModel.OPAQUE,
            DataBuffer.TYPE_BYTE);
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(pixels, shape.elements()),
            shape.width(),
            shape.height(),
            shape.width() * shape.channels(),
            shape.channels(),
            grey ? GREY : RED_GREEN_BLUE,
            new Point());
    return new BufferedImage(colours, raster, false, null);
  }

  @Override
  public void close() {
    writer.dispose();
  }
}
