package retort.exporter;

import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/**
 * The signals that ask a process to end, by {@code sun.misc.Signal}: the one class of the JDK for
 * them, which module jdk.unsupported exports until there is another. It is called by its name,
 * since javac warns of every mention of it, and no flag silences that.
 */
final class Signals {
  private final Class<?> signal;
  private final Class<?> handler;

  private Signals() throws ClassNotFoundException {
    signal = Class.forName("sun.misc.Signal");
    handler = Class.forName("sun.misc.SignalHandler");
  }

  /**
   * Takes over a signal. The second one ends the process at once, as it stands.
   *
   * @param name without SIG, such as INT
   * @param receiver is told its number, in a thread of the JVM's
   * @return what gives the signal back; nothing to do where this system does not know the signal,
   *     or the JVM leaves it alone (-Xrs), so that it does what it does anyway
   */
  static Runnable receive(String name, IntConsumer receiver) {
    try {
      Signals signals = new Signals();
      Object one = signals.signal.getConstructor(String.class).newInstance(name);
      int number = (int) signals.signal.getMethod("getNumber").invoke(one);
      Object system = signals.handler.getField("SIG_DFL").get(null);
      Object received =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {signals.handler},
              (proxy, method, arguments) -> {
                signals.handle(one, system);
                receiver.accept(number);
                return null;
              });
      Object earlier = signals.handle(one, received);
      return () -> signals.giveBack(one, earlier);
    } catch (ReflectiveOperationException e) {
      return () -> {};
    }
  }

  private Object handle(Object one, Object by) throws ReflectiveOperationException {
    return signal.getMethod("handle", signal, handler).invoke(null, one, by);
  }

  private void giveBack(Object one, Object earlier) {
    try {
      handle(one, earlier);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a signal that was taken can be given back", e);
    }
  }
}
