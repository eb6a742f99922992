package dev.healing.core.calls;

import dev.healing.api.HealingException;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What people ask of plugins, who wait for the answer: not for ever, and one plugin that hangs
 * holds a few threads at most. Safe for several threads.
 */
public final class Inquiries {
  private static final System.Logger LOG = System.getLogger(Inquiries.class.getName());
  private static final int AT_ONCE = 4;

  private final Workers workers;
  private final Map<String, Semaphore> free = new ConcurrentHashMap<>();

  /** Asks on these workers. */
  public Inquiries(Workers workers) {
    this.workers = workers;
  }

  /**
   * Asks a plugin.
   *
   * @param plugin as {@code kind:name}
   * @throws HealingException naming it, if it does not come back
   */
  public <T> T ask(String plugin, Duration patience, Supplier<T> question) {
    Semaphore own = free.computeIfAbsent(plugin, name -> new Semaphore(AT_ONCE));
    return workers.call(
        plugin,
        patience,
        () -> {
          if (!own.tryAcquire()) {
            throw new HealingException(plugin + ": it has not come back from earlier calls");
          }
          try {
            return question.get();
          } finally {
            own.release();
          }
        });
  }

  /** Goes on with other plugins: that those before have not come back says nothing about them. */
  public void startAnew() {
    free.clear();
  }

  /** Has a plugin close; one that does not is left behind and named in the log. */
  public void close(String plugin, Duration patience, AutoCloseable closeable) {
    try {
      ask(
          plugin,
          patience,
          () -> {
            try {
              closeable.close();
            } catch (Exception e) {
              throw new HealingException("it threw " + e, e);
            }
            return true;
          });
    } catch (RuntimeException | LinkageError e) {
      LOG.log(System.Logger.Level.WARNING, plugin + " could not be closed: " + e.getMessage());
    }
  }
}
