package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.IssueType;
import dev.healing.spi.ActionProvider;

/** The contract of an action on a host of two generations, the second of which runs. */
abstract class GenerationsContract extends WorldContract {
  GenerationsContract(ActionProvider provider, IssueType type, String component) {
    super(provider, type, component);
    world.generations(2);
    world.room(50);
  }

  @Override
  protected void changeTheWorld() {
    world.link(NixStore.PROFILE, "system-1-link");
  }
}
