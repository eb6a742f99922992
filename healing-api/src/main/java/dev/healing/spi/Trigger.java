package dev.healing.spi;

/** Wakes the loop at once when something may have happened. It decides nothing. */
public interface Trigger extends AutoCloseable {
  /** How to wake the loop. Any thread, at any time; cheap. */
  @FunctionalInterface
  interface Wake {
    /** Look now, because of this. */
    void now(String reason);
  }

  /**
   * Starts listening, on threads of {@link HostContext#workers}; returns at once, as does {@link
   * #close}: the engine waits for both, for some seconds at most.
   *
   * @return how it listens, in words for a person: "D-Bus signals", "polling only: no system bus"
   */
  String start(Wake wake);

  @Override
  void close();
}
