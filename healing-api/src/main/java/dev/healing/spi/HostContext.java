package dev.healing.spi;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The host as a plugin sees it. All effects go through here; nothing that is protected can be
 * touched through here. Safe for several threads.
 */
public interface HostContext {
  /** Wall and monotonic time. */
  TimeSource time();

  /** Threads. */
  Workers workers();

  /** Commands of the host. */
  CommandRunner commands();

  /** Files of the host. */
  HostFiles files();

  /** Processes of the host. */
  HostProcesses processes();

  /** The service manager. */
  Systemd systemd();

  /** The plugin's own durable state. */
  StateStore state();

  /** What was measured before; by default nothing is kept. */
  default MeasuredPast past() {
    return MeasuredPast.NONE;
  }

  /**
   * What this plugin remembers beyond a reload of the configuration: the object that whoever had
   * its kind and name before got, as long as the engine lives; by default nothing is remembered. Of
   * the classes of a plugin's jar there are others after a reload, and so another object.
   *
   * @param type its class; safe for several threads, since a plugin of before may hang in a call
   * @param empty makes the first one
   */
  default <T> T memory(Class<T> type, Supplier<T> empty) {
    return empty.get();
  }

  /** What must never be touched. Whatever this says no to is also refused when tried. */
  Protection protection();

  /** What we are allowed to do here. */
  Set<Privilege> privileges();

  /** The plugin's own section of the configuration. */
  Configuration configuration();
}
