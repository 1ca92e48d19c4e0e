package retort.trainer.engine;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.trainer.torchscript.TorchScriptArchive;

/**
 * DJL's PyTorch engine, owned by the thread that opens it.
 *
 * <p>Gradients are off except inside {@link Program#differentiate}; the optimising graph executor
 * is off, because with it the first calls differ from later ones in the last bits, and a resumed
 * run would not end in the weights of an uninterrupted one.
 *
 * <p>A failed native call leaks its arguments, so whatever throws here ends the process's use of
 * the engine; nothing retries.
 */
public final class Torch implements AutoCloseable {
  /** What libtorch, its allocators and the C++ library say when memory does not suffice. */
  private static final List<String> OUT_OF_MEMORY =
      List.of("can't allocate memory", "not enough memory", "out of memory", "std::bad_alloc");

  private final PtNDManager root;
  private final Layout layout;
  private final LossForm form;
  private final MemoryLedger ledger = new MemoryLedger();
  private final Thread owner = Thread.currentThread();
  private final ParameterScripts scripts;
  private BooleanSupplier stopped = () -> false;
  private long networkNanos;

  private Torch(PtNDManager root, Layout layout, LossForm form) {
    this.root = root;
    this.layout = layout;
    this.form = form;
    this.scripts = new ParameterScripts(load(ParameterScripts.METHODS), root, layout);
  }

  /** Opens the engine on this thread, to differentiate losses whole and in float32. */
  public static Torch open(int threads, Layout layout) {
    return open(threads, layout, LossForm.WHOLE);
  }

  /**
   * Opens the engine on this thread.
   *
   * @param threads how many threads one operator may use; results are bit for bit repeatable only
   *     with the same number
   * @param layout the order of image values in memory
   * @param form how losses are computed when they are differentiated
   */
  public static Torch open(int threads, Layout layout, LossForm form) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    Engine engine = Engine.getEngine("PyTorch");
    JniUtils.setNumThreads(threads);
    JniUtils.setGraphExecutorOptimize(false);
    JniUtils.setGradMode(false);
    return new Torch((PtNDManager) engine.newBaseManager(), layout, form);
  }

  /** What computes, for the record: PyTorch, its version and its device. */
  public String version() {
    Engine engine = root.getEngine();
    return engine.getEngineName()
        + " "
        + engine.getVersion()
        + " on "
        + root.getDevice().getDeviceType();
  }

  /** Compiles a graph. The text holds no weights; they are passed with each call. */
  public Program compile(Graph graph) {
    return new Program(this, graph, retort.graph.DataType.FLOAT32);
  }

  /**
   * Compiles a loss, which the {@link #memory estimate of memory} then counts.
   *
   * @param weights with which it is going to be differentiated
   */
  public Program compile(Graph graph, WeightView weights) {
    Program program = compile(graph);
    ledger.addLoss(graph, program.learnt(weights));
    return program;
  }

  /** Compiles a graph whose real numbers have another type, FLOAT64 for checks. */
  public Program compile(Graph graph, retort.graph.DataType real) {
    return new Program(this, graph, real);
  }

  /** Loads the weights of a graph: parameters ready to learn, everything else fixed. */
  public NetworkWeights weights(Graph graph) {
    ledger.addWeights(graph);
    return new NetworkWeights(this, scripts, graph);
  }

  /** An optimiser over the parameters of a network. */
  public Adam adam(NetworkWeights weights, AdamConfig config) {
    ledger.addOptimiser(weights);
    return new Adam(this, scripts, weights, config);
  }

  /** A moving average of the parameters of a network, which starts at the weights of a graph. */
  public MovingAverage average(NetworkWeights weights, Graph start) {
    return new MovingAverage(scripts, weights, weights(start));
  }

  /**
   * Estimates the memory of training with everything loaded and compiled so far.
   *
   * @param images in one call of a loss
   * @param segments into which losses would be cut
   */
  public MemoryEstimate memory(int images, int segments) {
    return ledger.estimate(images, segments);
  }

  /** Whether an error says that memory did not suffice. */
  public static boolean isOutOfMemory(Throwable error) {
    String message = String.valueOf(error.getMessage());
    return error instanceof OutOfMemoryError || OUT_OF_MEMORY.stream().anyMatch(message::contains);
  }

  /** Seeds what scripts draw, such as dropout masks. */
  public void seed(long seed) {
    JniUtils.setSeed(seed);
  }

  /**
   * Has calls of networks refused from now on when this says so; a call that runs is not cut short.
   *
   * @param stopped asked before each call, which then throws {@link CancellationException}
   */
  public void stopWhen(BooleanSupplier stopped) {
    this.stopped = stopped;
  }

  /** The time spent in calls of networks so far, results copied out included. */
  public double networkSeconds() {
    return networkNanos * 1e-9;
  }

  /** Calls a network. */
  <T> T network(Supplier<T> call) {
    if (stopped.getAsBoolean()) {
      throw new CancellationException();
    }
    long started = System.nanoTime();
    try {
      return call.get();
    } finally {
      networkNanos += System.nanoTime() - started;
    }
  }

  /** How losses are computed when they are differentiated. */
  LossForm form() {
    return form;
  }

  /** Order of image values in memory. */
  Layout layout() {
    return layout;
  }

  /** The scope that lives as long as the engine. */
  PtNDManager root() {
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException(
          "the engine belongs to " + owner + " but " + Thread.currentThread() + " called it");
    }
    return root;
  }

  /** A scope for the arrays of one call. */
  PtNDManager step() {
    return root().newSubManager(root.getDevice());
  }

  /** Loads methods written as TorchScript. */
  PtSymbolBlock load(String methods) {
    try {
      return JniUtils.loadModule(
          root, new ByteArrayInputStream(TorchScriptArchive.of(methods)), true, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Shape shape(int... dims) {
    return new Shape(Arrays.stream(dims).asLongStream().toArray());
  }

  /** Copies a tensor into a scope; real numbers become {@code real}. */
  static PtNDArray create(PtNDManager scope, Tensor value, DataType real) {
    Shape shape = shape(value.shape());
    if (value.type().isFloating()) {
      return real == DataType.FLOAT64
          ? scope.create(DoubleBuffer.wrap(value.reals()), shape, DataType.FLOAT64)
          : scope.create(FloatBuffer.wrap(value.floats()), shape, DataType.FLOAT32);
    }
    PtNDArray integers = scope.create(LongBuffer.wrap(value.integers()), shape, DataType.INT64);
    return value.type() == retort.graph.DataType.BOOL
        ? integers.toType(DataType.BOOLEAN, false)
        : integers;
  }

  /** Copies an array out of native memory. */
  static Tensor tensor(NDArray array) {
    int[] dims = Arrays.stream(array.getShape().getShape()).mapToInt(Math::toIntExact).toArray();
    // DJL first copies an array whose order in memory is another than the tensor's, and leaves the
    // copy in the array's scope. A handle in a scope of its own takes the copy along.
    try (NDManager scope = array.getManager().newSubManager();
        PtNDArray handle = detached((PtNDArray) array)) {
      handle.attach(scope);
      return switch (handle.getDataType()) {
        case FLOAT32 -> Tensor.floats(dims, handle.toFloatArray());
        case FLOAT64 -> Tensor.reals(retort.graph.DataType.FLOAT64, dims, handle.toDoubleArray());
        case INT64 -> Tensor.integers(retort.graph.DataType.INT64, dims, handle.toLongArray());
        default -> throw new IllegalArgumentException("no tensor holds " + handle.getDataType());
      };
    }
  }

  /** A handle to the same values that no gradient passes through. */
  static PtNDArray detached(PtNDArray array) {
    return JniUtils.detachGradient(array);
  }

  @Override
  public void close() {
    root.close();
  }
}
