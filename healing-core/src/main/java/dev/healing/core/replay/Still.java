package dev.healing.core.replay;

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
import java.time.Duration;
import java.util.Set;

/** A context that starts nothing: a probe of today's host says nothing about that day's. */
record Still(HostContext context) implements HostContext, Workers {
  @Override
  public Task start(String name, Runnable task) {
    throw ReplayHost.notInTrace(name);
  }

  @Override
  public void sleep(Duration duration) {
    throw ReplayHost.notInTrace("what happens while somebody waits");
  }

  @Override
  public Workers workers() {
    return this;
  }

  @Override
  public TimeSource time() {
    return context.time();
  }

  @Override
  public CommandRunner commands() {
    return context.commands();
  }

  @Override
  public HostFiles files() {
    return context.files();
  }

  @Override
  public HostProcesses processes() {
    return context.processes();
  }

  @Override
  public Systemd systemd() {
    return context.systemd();
  }

  @Override
  public StateStore state() {
    return context.state();
  }

  @Override
  public MeasuredPast past() {
    return context.past();
  }

  @Override
  public Protection protection() {
    return context.protection();
  }

  @Override
  public Set<Privilege> privileges() {
    return context.privileges();
  }

  @Override
  public Configuration configuration() {
    return context.configuration();
  }
}
