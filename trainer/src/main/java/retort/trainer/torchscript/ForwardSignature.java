package retort.trainer.torchscript;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * How a TorchScript module's {@code forward} is called, read from its archive: a zip that holds the
 * module's class as text, and its name at the start of a pickle.
 *
 * @param arguments in their order, without {@code self}
 * @param result the type of what it returns, such as {@code Tensor}
 */
public record ForwardSignature(List<Argument> arguments, String result) {
  /** GLOBAL of the first object, the module itself: the module's package and its class. */
  private static final Pattern MODULE =
      Pattern.compile("\\A\\x80.c(__torch__[^\\n]*)\\n([^\\n]+)\\n");

  private static final Pattern ARGUMENT =
      Pattern.compile("\\s*(\\w+)\\s*:\\s*([^=]+?)\\s*(?:=(.*))?", Pattern.DOTALL);

  /**
   * One argument.
   *
   * @param name as the author wrote it
   * @param type such as {@code bool}
   * @param optional whether it has a default
   */
  public record Argument(String name, String type, boolean optional) {}

  public ForwardSignature {
    arguments = List.copyOf(arguments);
  }

  /**
   * Reads a file.
   *
   * @throws TorchScriptException when it is no TorchScript archive, or has no {@code forward}
   */
  public static ForwardSignature read(Path file) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      String pickle = text(zip, ending(zip, "/data.pkl"), StandardCharsets.ISO_8859_1);
      Matcher module = MODULE.matcher(pickle);
      if (!module.find()) {
        throw notScript(file, "it holds weights without code");
      }
      String code = "/code/" + module.group(1).replace('.', '/') + ".py";
      String source = text(zip, ending(zip, code), StandardCharsets.UTF_8);
      return of(source, module.group(2))
          .orElseThrow(() -> notScript(file, "its class " + module.group(2) + " has no forward"));
    } catch (NoSuchFileException e) {
      throw new TorchScriptException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw notScript(file, "it is no whole zip archive (" + e.getMessage() + ")");
    }
  }

  private static TorchScriptException notScript(Path file, String why) {
    return new TorchScriptException(
        file
            + ": is no TorchScript module: "
            + why
            + ". Pass a file that torch.jit.script(module).save(...) wrote, or an ONNX file");
  }

  /** The signature of a class in TorchScript's text, if it has a forward. */
  static Optional<ForwardSignature> of(String source, String className) {
    Matcher forward =
        Pattern.compile(
                "^class "
                    + Pattern.quote(className)
                    + "\\(Module\\):$(?:(?!^class ).)*?^  def forward\\((.*?)\\) -> ([^\\n]+):$",
                Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(source);
    if (!forward.find()) {
      return Optional.empty();
    }
    List<Argument> arguments = new ArrayList<>();
    List<String> all = split(forward.group(1));
    for (String one : all.subList(1, all.size())) { // The first is the module, whatever its name.
      Matcher parts = ARGUMENT.matcher(one);
      if (parts.matches()) {
        arguments.add(new Argument(parts.group(1), parts.group(2), parts.group(3) != null));
      }
    }
    return Optional.of(new ForwardSignature(arguments, forward.group(2).strip()));
  }

  /** Splits at the commas outside of brackets. */
  private static List<String> split(String list) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(list.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(list.substring(start));
    return parts;
  }

  /** The entry with the shortest name of those that end so: others may be deeper. */
  private static ZipEntry ending(ZipFile zip, String end) throws IOException {
    ZipEntry found = null;
    for (ZipEntry entry : Collections.list(zip.entries())) {
      boolean shorter = found == null || entry.getName().length() < found.getName().length();
      if (entry.getName().endsWith(end) && shorter) {
        found = entry;
      }
    }
    if (found == null) {
      throw new IOException("it has no entry *" + end);
    }
    return found;
  }

  private static String text(ZipFile zip, ZipEntry entry, Charset charset) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      return new String(in.readAllBytes(), charset);
    }
  }

  /** As the author wrote it, without {@code self}. */
  @Override
  public String toString() {
    return arguments.stream()
        .map(one -> one.name() + ": " + one.type() + (one.optional() ? " = ..." : ""))
        .collect(Collectors.joining(", ", "(", ") -> " + result));
  }

  /** Where an argument stands, if there is one of that name and type. */
  public Optional<Integer> place(String name, String type) {
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).name().equals(name) && arguments.get(i).type().equals(type)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }
}
