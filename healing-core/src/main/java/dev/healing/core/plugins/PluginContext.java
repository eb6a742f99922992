package dev.healing.core.plugins;

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

/**
 * The host as it is handed to one plugin: with the plugin's own section of the configuration and
 * its own durable state, and with what is protected put out of reach, whatever the plugin asks for.
 */
final class PluginContext implements HostContext {
  private final HostContext host;
  private final Protection protection;
  private final Memory memory;
  private final String owner;
  private final Configuration configuration;
  private final HostProcesses processes;
  private final Systemd systemd;
  private final StateStore state;
  private final MeasuredPast past;

  /**
   * For one plugin.
   *
   * @param owner the plugin: {@code kind.name}
   */
  PluginContext(
      HostContext host,
      Protection protection,
      Memory memory,
      String owner,
      Configuration configuration) {
    this.host = host;
    this.protection = protection;
    this.memory = memory;
    this.owner = owner;
    this.configuration = configuration;
    this.processes = new ProtectedProcesses(host.processes(), host.systemd(), protection);
    this.systemd =
        new ProtectedSystemd(host.systemd(), host.systemd(), host.processes(), protection);
    this.state = new PluginState(host.state(), owner);
    this.past = new KeptPast(host.state(), host.time());
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
    return processes;
  }

  @Override
  public Systemd systemd() {
    return systemd;
  }

  @Override
  public StateStore state() {
    return state;
  }

  @Override
  public MeasuredPast past() {
    return past;
  }

  @Override
  public <T> T memory(Class<T> type, Supplier<T> empty) {
    return memory.of(owner, type, empty);
  }

  @Override
  public Protection protection() {
    return protection;
  }

  @Override
  public Set<Privilege> privileges() {
    return host.privileges();
  }

  @Override
  public Configuration configuration() {
    return configuration;
  }
}
