package retort.trainer.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.trainer.distill.RunLock;

/**
 * Serves the pages of runs: {@code /1/} is the first run's, {@code /1/changes} its sections as JSON
 * where they are not the version that is known, {@code /1/files/NAME} a file of its folder; {@code
 * /} leads to the only run or lists all. Nothing else is reachable, and nothing can be changed.
 * Safe for any number of readers.
 */
public final class LiveServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveServer.class);
  private static final Pattern PATH = Pattern.compile("/(?:(\\d{1,4})/)?(changes|files/([^/]+))?");

  /** Pages made at a time; slow readers hold none. */
  private static final int MAKERS = 2;

  private static final Map<String, String> TYPES =
      Map.of(
          "png", "image/png",
          "json", "application/json",
          "jsonl", "text/plain; charset=utf-8",
          "html", "text/html; charset=utf-8");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(LiveServer::daemon);
  private final Semaphore makers = new Semaphore(MAKERS);
  private final List<Path> folders;

  /** How it was told where to listen, without a port. */
  private final String host;

  /** Names of this machine by which it may be asked; empty for any. */
  private final Set<String> names;

  private LiveServer(HttpServer server, InetSocketAddress address, List<Path> folders) {
    this.server = server;
    this.folders = List.copyOf(folders);
    this.host = address.getHostString().replaceFirst("%.*", "");
    this.names = address.getAddress().isLoopbackAddress() ? names(address) : Set.of();
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "report-reader");
    thread.setDaemon(true);
    return thread;
  }

  private Set<String> names(InetSocketAddress address) {
    Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));
    for (String name : List.of(host, address.getAddress().getHostAddress())) {
      names.add(name.toLowerCase(Locale.ROOT));
      names.add("[" + name.toLowerCase(Locale.ROOT) + "]");
    }
    return names;
  }

  /**
   * Starts to serve.
   *
   * @param address where to listen; port 0 picks a free one
   * @param folders the runs, one at least
   * @throws IOException when it cannot listen there
   */
  public static LiveServer start(InetSocketAddress address, List<Path> folders) throws IOException {
    LiveServer live = new LiveServer(HttpServer.create(address, 0), address, folders);
    live.server.createContext("/", live::answer);
    live.server.setExecutor(live.threads);
    live.server.start();
    return live;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Stops without waiting for readers. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
      if (!Set.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
        send(exchange, 405, "text/plain", "this server only shows");
      } else if (!isOurs(exchange)) {
        send(exchange, 403, "text/plain", "ask for 127.0.0.1 or localhost");
      } else if (!path.matches()) {
        missing(exchange);
      } else if (path.group(1) == null) {
        index(exchange, path);
      } else {
        int number = Integer.parseInt(path.group(1));
        if (number < 1 || number > folders.size()) {
          missing(exchange);
        } else {
          run(exchange, folders.get(number - 1), path);
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("{} was not answered", exchange.getRequestURI(), e);
      throw e;
    }
  }

  /** A page elsewhere must not read runs through a name of its own that leads to this machine. */
  private boolean isOurs(HttpExchange exchange) {
    String asked = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host")).orElse("");
    return names.isEmpty()
        || names.contains(asked.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT));
  }

  private void index(HttpExchange exchange, Matcher path) throws IOException {
    if (path.group(3) != null) {
      missing(exchange);
    } else if (folders.size() == 1 && path.group(2) == null) {
      exchange.getResponseHeaders().set("Location", "/1/");
      exchange.sendResponseHeaders(302, -1);
    } else {
      String version = String.join("", folders.stream().map(LiveServer::version).toList());
      page(exchange, path, Integer.toHexString(version.hashCode()), () -> IndexPage.of(read()));
    }
  }

  private List<Run> read() {
    return folders.stream().map(LiveServer::read).toList();
  }

  private static Run read(Path folder) {
    return Run.read(folder, RunLock.isHeld(folder));
  }

  private void run(HttpExchange exchange, Path folder, Matcher path) throws IOException {
    if (path.group(3) != null) {
      file(exchange, folder, path.group(3));
    } else {
      page(
          exchange,
          path,
          version(folder),
          () -> RunPage.of(read(folder), Delivery.SERVER, Instant.now()));
    }
  }

  /** What is made when it is needed. */
  private interface Pages {
    Page page();
  }

  private void page(HttpExchange exchange, Matcher path, String version, Pages pages)
      throws IOException {
    String tag = '"' + version + '"';
    exchange.getResponseHeaders().set("ETag", tag);
    if (path.group(2) == null) {
      send(exchange, 200, "text/html; charset=utf-8", made(pages).live(tag));
    } else if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      exchange.sendResponseHeaders(304, -1);
    } else {
      send(exchange, 200, "application/json", made(pages).changes());
    }
  }

  /** Makes a page, few at a time: each reads a whole run. */
  private Page made(Pages pages) {
    makers.acquireUninterruptibly();
    try {
      return pages.page();
    } finally {
      makers.release();
    }
  }

  /** A text that changes with any file of a folder, and with whether a process is at work there. */
  private static String version(Path folder) {
    long hash = RunLock.isHeld(folder) ? 1 : 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        hash = 31 * hash + file.hashCode();
        hash = 31 * hash + Files.getLastModifiedTime(file).toMillis();
        hash = 31 * hash + Files.size(file);
      }
    } catch (IOException e) {
      LOG.debug("{} changes as it is read", folder, e);
      hash = System.nanoTime();
    }
    return Long.toHexString(hash);
  }

  private static void file(HttpExchange exchange, Path folder, String name) throws IOException {
    Optional<Path> file = inside(folder, name);
    if (file.isEmpty()) {
      missing(exchange);
      return;
    }
    String ending = name.substring(name.lastIndexOf('.') + 1);
    exchange
        .getResponseHeaders()
        .set("Content-Type", TYPES.getOrDefault(ending, "application/octet-stream"));
    boolean head = exchange.getRequestMethod().equals("HEAD");
    long size = Files.size(file.get());
    exchange.sendResponseHeaders(200, head || size == 0 ? -1 : size);
    if (!head && size > 0) {
      try (var in = Files.newInputStream(file.get())) {
        // A file that grows meanwhile is cut where it ended.
        byte[] part = new byte[1 << 16];
        for (long left = size; left > 0; ) {
          int n = in.read(part, 0, (int) Math.min(part.length, left));
          if (n < 0) {
            break;
          }
          exchange.getResponseBody().write(part, 0, n);
          left -= n;
        }
      }
    }
  }

  /** A regular file that lies in the folder itself, wherever links lead. */
  private static Optional<Path> inside(Path folder, String name) {
    if (name.startsWith(".") || name.contains("\\")) {
      return Optional.empty();
    }
    try {
      Path file = folder.resolve(name).toRealPath();
      return Files.isRegularFile(file) && folder.toRealPath().equals(file.getParent())
          ? Optional.of(file)
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static void missing(HttpExchange exchange) throws IOException {
    send(exchange, 404, "text/plain", "there is nothing here");
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** The address of the first page. */
  public URI page() {
    String name = address().getAddress().isAnyLocalAddress() ? "localhost" : host;
    return URI.create(
        "http://"
            + (name.contains(":") ? "[" + name + "]" : name)
            + ":"
            + address().getPort()
            + "/");
  }
}
