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
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** A host on which something happens whenever a kernel setting is written. */
record GivingHost(World world, Configuration configuration, Runnable whenSet)
    implements HostContext, HostFiles {
  @Override
  public TimeSource time() {
    return world.host.time();
  }

  @Override
  public Workers workers() {
    return world.host.workers();
  }

  @Override
  public CommandRunner commands() {
    return world.host.commands();
  }

  @Override
  public HostFiles files() {
    return this;
  }

  @Override
  public HostProcesses processes() {
    return world.host.processes();
  }

  @Override
  public Systemd systemd() {
    return world.host.systemd();
  }

  @Override
  public StateStore state() {
    return world.host.state();
  }

  @Override
  public Protection protection() {
    return world.host.protection();
  }

  @Override
  public Set<Privilege> privileges() {
    return world.host.privileges();
  }

  @Override
  public Path path(String absolute) {
    return world.host.files().path(absolute);
  }

  @Override
  public String name(Path path) {
    return world.host.files().name(path);
  }

  @Override
  public Optional<String> read(String absolute) {
    return world.host.files().read(absolute);
  }

  @Override
  public void writeSetting(String absolute, String value) {
    world.host.files().writeSetting(absolute, value);
    whenSet.run();
  }

  @Override
  public Space space(String absolute) {
    return world.host.files().space(absolute);
  }
}
