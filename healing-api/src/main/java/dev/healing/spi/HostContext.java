package dev.healing.spi;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import java.util.Set;

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

  /** What must never be touched. Whatever this says no to is also refused when tried. */
  Protection protection();

  /** What we are allowed to do here. */
  Set<Privilege> privileges();

  /** The plugin's own section of the configuration. */
  Configuration configuration();
}
