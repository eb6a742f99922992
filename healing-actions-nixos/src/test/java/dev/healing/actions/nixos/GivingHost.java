package dev.healing.actions.nixos;

import dev.healing.api.Configuration;
import dev.healing.spi.HostFiles;
import dev.healing.testkit.HostAround;
import java.nio.file.Path;
import java.util.Optional;

/** A host on which something happens whenever a kernel setting is written. */
public final class GivingHost extends HostAround implements HostFiles {
  private final World world;
  private final Configuration configuration;
  private final Runnable whenSet;

  public GivingHost(World world, Configuration configuration, Runnable whenSet) {
    super(world.host);
    this.world = world;
    this.configuration = configuration;
    this.whenSet = whenSet;
  }

  @Override
  public HostFiles files() {
    return this;
  }

  @Override
  public Configuration configuration() {
    return configuration;
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
