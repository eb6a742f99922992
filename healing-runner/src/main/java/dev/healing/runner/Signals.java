package dev.healing.runner;

import java.lang.reflect.Proxy;

/**
 * Signals of the operating system. By reflection: javac warns of sun.misc.Signal in a way that
 * nothing silences, and there is no other way to hear of SIGHUP on Java 17.
 */
final class Signals {
  private Signals() {}

  /**
   * Calls this at every such signal, on a thread of its own.
   *
   * @param name without SIG
   * @return false if this platform does not let us
   */
  static boolean handle(String name, Runnable handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, arguments) -> {
                switch (method.getName()) {
                  case "handle":
                    handler.run();
                    return null;
                  case "hashCode":
                    return System.identityHashCode(self);
                  case "equals":
                    return arguments != null && self == arguments[0];
                  default:
                    return "handler of SIG" + name;
                }
              });
      signal
          .getMethod("handle", signal, handlerType)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
