package dev.healing.testkit;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.MeasuredPast;
import dev.healing.spi.Protection;
import dev.healing.spi.StateStore;
import dev.healing.spi.Systemd;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.util.Set;
import java.util.function.Supplier;

/** A host that is another one, to be different in what is overridden. */
public abstract class HostAround implements HostContext {
  private final HostContext host;

  /** Around this one. */
  protected HostAround(HostContext host) {
    this.host = host;
  }

  @Override
  public TimeSource time() {
    return host.time();
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
  public MeasuredPast past() {
    return host.past();
  }

  @Override
  public <T> T memory(Class<T> type, Supplier<T> empty) {
    return host.memory(type, empty);
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
