package dev.healing.actions.nixos;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.Protection;
import dev.healing.spi.StateStore;
import dev.healing.spi.Systemd;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** A host as it will be in a month: what was made today is old, by a change time that is real. */
record MonthLater(HostContext host) implements HostContext {
  static final Duration MONTH = Duration.ofDays(30);

  @Override
  public TimeSource time() {
    TimeSource today = host.time();
    return new TimeSource() {
      @Override
      public Instant now() {
        return today.now().plus(MONTH);
      }

      @Override
      public long monotonicNanos() {
        return today.monotonicNanos();
      }

      @Override
      public String bootId() {
        return today.bootId();
      }
    };
  }

  @Override
  public Workers workers() {
    return host.workers();
  }

  @Override
  public CommandRunner commands() {
    return host.commands();
  }

  @Override
  public HostFiles files() {
    return host.files();
  }

  @Override
  public HostProcesses processes() {
    return host.processes();
  }

  @Override
  public Systemd systemd() {
    return host.systemd();
  }

  @Override
  public StateStore state() {
    return host.state();
  }

  @Override
  public Protection protection() {
    return host.protection();
  }

  @Override
  public Set<Privilege> privileges() {
    return host.privileges();
  }

  @Override
  public Configuration configuration() {
    return host.configuration();
  }
}
