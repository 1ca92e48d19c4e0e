package retort.trainer.bench;

import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The same training in PyTorch eager: {@code peer.py} in a process of its own. */
final class Peer implements Contender {
  /**
   * What the peer says of itself.
   *
   * @param torch PyTorch's version
   * @param parameters numbers that its network learns
   */
  record Introduction(String torch, long parameters) {}

  private final Gson gson = new Gson();
  private final Process process;
  private final BufferedReader answers;
  private final Writer requests;
  private final Introduction introduction;

  /** Starts {@code script} with an interpreter that can import torch. */
  Peer(String python, Path script, List<String> flags) {
    List<String> command = new ArrayList<>(List.of(python, script.toString()));
    command.addAll(flags);
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(
          python + " cannot be run; bench/training-step/README.md says how to install it", e);
    }
    answers = process.inputReader(StandardCharsets.UTF_8);
    requests = process.outputWriter(StandardCharsets.UTF_8);
    introduction = gson.fromJson(answer(), Introduction.class);
  }

  Introduction introduction() {
    return introduction;
  }

  @Override
  public Block steps(int count) {
    try {
      requests.write("steps " + count + "\n");
      requests.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the peer has ended; its message is above", e);
    }
    return gson.fromJson(answer(), Block.class);
  }

  private String answer() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException("the peer has ended; its message is above");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
