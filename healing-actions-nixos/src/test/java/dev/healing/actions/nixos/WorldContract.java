package dev.healing.actions.nixos;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HostContext;
import dev.healing.testkit.ActionContract;
import dev.healing.testkit.VirtualTime;

/** The contract of an action in a {@link World}, of which it may touch nothing but files. */
public abstract class WorldContract extends ActionContract {
  public final World world = new World();
  private final ActionProvider provider;
  private final IssueType type;
  private final String component;

  public WorldContract(ActionProvider provider, IssueType type, String component) {
    this.provider = provider;
    this.type = type;
    this.component = component;
  }

  @Override
  protected final ActionProvider provider() {
    return provider;
  }

  @Override
  protected HostContext context() {
    return world.host;
  }

  @Override
  protected final VirtualTime time() {
    return world.host.time();
  }

  @Override
  protected final Issue issue() {
    return world.issue(type, component);
  }

  @Override
  protected Object worldSnapshot() {
    return world.names();
  }
}
