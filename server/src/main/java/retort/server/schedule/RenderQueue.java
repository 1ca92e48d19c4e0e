package retort.server.schedule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.server.generator.Network;

/**
 * All that waits to be made, and the cores that make it. Frames go first, the nearest deadline
 * before the others; requests use what is left, shared fairly between networks. A request that has
 * waited its due time is owed the part of the machine that streams are never promised, so that it
 * waits for a bounded time however many streams there are.
 *
 * <p>A batch is what waits for one network: its part of what other cores could make too, as far as
 * the nearest deadline is still met. It is given out when as many cores are free as its run takes.
 *
 * <p>Nobody waits to enter: there is room for a request or there is not. Frames always have room,
 * since a stream has one at most. Works whose client is gone give their place up as soon as
 * somebody needs it.
 *
 * <p>Safe for any number of threads.
 */
public final class RenderQueue {
  /** Of the machine, for streams, where nothing else is said. */
  static final double LOAD = 0.9;

  /** No run lasts longer that could be shorter: a period of 20 frames a second. */
  public static final long LONGEST_RUN_NANOS = 50_000_000;

  /** What requests may be owed, for each core. */
  private static final double MOST_OWED_NANOS = 100_000_000;

  private final int capacity;
  private final int cores;
  private final double load;
  private final Time time;

  // All guarded by this.
  private final WaitingLine frames = new WaitingLine();
  private final FairRequests requests = new FairRequests();
  private final Set<Batch> running = new HashSet<>();
  private int free;
  private double owed;
  private boolean closed;

  /**
   * As {@link #RenderQueue(int, int, double, Time)}, nine tenths for streams, by the machine's
   * clock.
   */
  public RenderQueue(int capacity, int cores) {
    this(capacity, cores, LOAD, Time.ofMachine());
  }

  /**
   * An empty queue.
   *
   * @param capacity works that may wait for requests
   * @param cores that runs share
   * @param load part of the cores that streams are promised at most, above 0 and at most 1
   */
  public RenderQueue(int capacity, int cores, double load, Time time) {
    this.capacity = capacity;
    this.cores = cores;
    this.load = load;
    this.time = time;
    free = cores;
  }

  /** Works that may wait for requests. */
  public int capacity() {
    return capacity;
  }

  /** Cores that runs share. */
  public int cores() {
    return cores;
  }

  /**
   * Adds all works of a request or none.
   *
   * @return whether there was room
   */
  public synchronized boolean offer(List<? extends Work> works) {
    if (requests.size() + works.size() > capacity) {
      requests.sweep();
    }
    if (closed || requests.size() + works.size() > capacity) {
      return false;
    }
    works.forEach(requests::add);
    wakeAnother();
    return true;
  }

  /**
   * Adds a frame.
   *
   * @return whether it will be made; else the queue is closed
   */
  public synchronized boolean offer(Work frame) {
    if (closed) {
      return false;
    }
    if (frames.size() >= capacity) {
      frames.sweep();
    }
    frames.add(frame);
    wakeAnother();
    return true;
  }

  /**
   * Whether frames are made in time: not where the first due has waited until it would be late
   * after one run more. Then a frame that comes would be late too, and make others late.
   *
   * @param patience how long the frame that comes may wait, in nanoseconds; two runs that take more
   *     than half of it count as that, so that slow networks may wait at all
   */
  synchronized boolean keepsUp(long patience) {
    Work first = frames.first();
    if (first == null) {
      return true;
    }
    long twoRuns = 2 * first.network().costs().nanos(1);
    return first.due() - time.nanos() >= Math.min(twoRuns, patience / 2);
  }

  /**
   * Waits for works and the cores to make them. Who takes a batch says when it is {@link #done}.
   *
   * @return empty once the queue is closed and nothing waits
   */
  synchronized Optional<Batch> take() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    Batch batch = poll();
    while (batch == null && !(closed && nothingWaits())) {
      wait();
      batch = poll();
    }
    if (batch == null) {
      notifyAll();
    }
    return Optional.ofNullable(batch);
  }

  private boolean nothingWaits() {
    return frames.first() == null && requests.first() == null;
  }

  /** What {@link #take} would take now; null when nothing waits, or cores must get free first. */
  synchronized @Nullable Batch poll() {
    Work frame = frames.first();
    Work request = requests.first();
    boolean requestIsNext = frame == null || (request != null && overdue(request, frame));
    Work next = requestIsNext ? request : frame;
    if (next == null || coresOf(next.network()) > free) {
      return null;
    }
    long now = time.nanos();
    List<Work> works = new ArrayList<>();
    fill(works, next.network(), requestIsNext, room(next.network(), frame, now));
    if (works.isEmpty()) {
      // Its client has gone just now.
      return poll();
    }
    account(works, frame != null && request != null);
    int taken = coresOf(next.network());
    free -= taken;
    Batch batch = new Batch(works, this, taken, free == 0, now);
    running.add(batch);
    wakeAnother();
    return batch;
  }

  /** Whether a request may go before a frame: by its due time, and by what requests are owed. */
  private boolean overdue(Work request, Work frame) {
    double cost = (double) request.network().costs().nanos(1) * coresOf(request.network());
    return request.due() - frame.due() <= 0 && owed + 1 >= Math.min(cost, mostOwed());
  }

  private double mostOwed() {
    return MOST_OWED_NANOS * cores;
  }

  private int coresOf(Network network) {
    return Math.min(network.cores(), cores);
  }

  private int room(Network network, @Nullable Work frame, long now) {
    int atOnce = cores / coresOf(network);
    int share = (frames.size() + requests.size() + atOnce - 1) / atOnce;
    int most = Math.min(share, network.maxBatch());
    if (most <= 1) {
      return 1;
    }
    long limit = LONGEST_RUN_NANOS;
    // A deadline that is missed anyway should not make the batches small, and all others late.
    if (frame != null && frame.due() - now >= network.costs().nanos(1)) {
      limit = Math.min(limit, frame.due() - now);
    }
    return Math.min(most, network.costs().within(limit));
  }

  private void fill(List<Work> works, Network network, boolean requestsFirst, int room) {
    if (!requestsFirst) {
      frames.fill(works, room);
    }
    requests.fill(network, works, room);
    if (requestsFirst) {
      frames.fill(works, room);
    }
  }

  /** Charges requests for what they use, and pays them for the frames they wait for. */
  private void account(List<Work> works, boolean bothWait) {
    Network network = works.get(0).network();
    long paced = works.stream().filter(Work::paced).count();
    double each = (double) network.costs().nanos(works.size()) * coresOf(network) / works.size();
    double byRequests = each * (works.size() - paced);
    if (byRequests > 0) {
      requests.charge(network, byRequests);
    }
    if (bothWait) {
      double paid = each * paced * (1 - load) / load;
      owed = Math.min(owed + paid - byRequests, mostOwed());
    }
  }

  private void wakeAnother() {
    if (free > 0 && frames.size() + requests.size() > 0) {
      notify();
    }
  }

  /** Ends the runs that nobody waits for any more. Call it when a client has gone. */
  public void stopGone() {
    List<Batch> batches;
    synchronized (this) {
      batches = List.copyOf(running);
    }
    batches.forEach(Batch::stopIfGone);
  }

  /**
   * Takes back a batch and its cores.
   *
   * @param made whether all of it was, so that its time tells what such a run costs
   */
  void done(Batch batch, boolean made) {
    if (made && batch.machineFull()) {
      batch.network().costs().measured(batch.works().size(), time.nanos() - batch.begun());
    }
    synchronized (this) {
      running.remove(batch);
      release(batch, 0);
    }
  }

  /** Takes back cores of a batch, all but some. */
  synchronized void release(Batch batch, int left) {
    int released = batch.cores() - left;
    if (released > 0) {
      batch.cores(left);
      free += released;
      wakeAnother();
    }
  }

  /**
   * Takes cores for work beside a batch.
   *
   * @return how many were free, at most as many as wanted; who takes them gives them back
   */
  synchronized int takeCores(int wanted) {
    int taken = Math.min(free, wanted);
    free -= taken;
    return taken;
  }

  synchronized void giveBackCore() {
    free++;
    wakeAnother();
  }

  /** Lets nothing more in; what waits is still taken. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
