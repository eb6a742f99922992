package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.World;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.testkit.HostStates;
import org.junit.jupiter.api.Test;

/** Which generation is rolled back to. Generation 4 is broken. */
class RollbackTargetTest {
  private final World world = new World();
  private final RollbackWorld rollback = new RollbackWorld(world, 4);

  private Preview preview() {
    return new RollbackGeneration.Provider()
        .create(world.host)
        .prepare(rollback.issue(), HostStates.now().build())
        .preview();
  }

  private void assertTarget(int generation, String why) {
    assertThat(preview().facts()).containsEntry("target-generation", Integer.toString(generation));
    assertThat(preview().steps()).anyMatch(step -> step.contains(why));
  }

  private void good(int generation) {
    world.link(NixStore.LAST_KNOWN_GOOD, "/nix/store/sys" + generation);
  }

  private void left(int generation) {
    world
        .host
        .state()
        .replace(
            "rollbacks.json",
            "{\"rolledBack\":[{\"from\":"
                + generation
                + ",\"left\":\"/nix/store/sys"
                + generation
                + "\",\"to\":1,\"at\":\"then\"}]}");
  }

  @Test
  void whereNoneIsKnownGoodTheOneBefore() {
    assertTarget(3, "none known good");
  }

  @Test
  void theLastKnownGoodOneHoweverOld() {
    good(1);
    assertTarget(1, "the last-known-good one");
  }

  @Test
  void notTheLastKnownGoodOneIfItIsTheBrokenOne() {
    good(4);
    assertTarget(3, "none known good");
  }

  @Test
  void noneThatWasLeft() {
    left(3);
    assertTarget(2, "none known good");
    good(3);
    assertTarget(2, "none known good");
  }

  @Test
  void noneThatIsTheSameSystem() {
    world.link(NixStore.PROFILE + "-3-link", "/nix/store/sys4");
    assertTarget(2, "none known good");
  }

  @Test
  void noneWhoseSystemWasLeftWhateverItsNumber() {
    left(3);
    world.link(NixStore.PROFILE + "-2-link", "/nix/store/sys3");
    assertTarget(1, "none known good");
    left(9);
    world.link(NixStore.PROFILE + "-4-link", "/nix/store/sys9");
    world.link(NixStore.RUNNING, "/nix/store/sys9");
    assertThatThrownBy(this::preview)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("generation 4, the same system as generation 9, was rolled back");
  }

  @Test
  void afterASwitchThatStoppedHalfWayTheOneThatRuns() {
    good(1);
    world.link(NixStore.RUNNING, "/nix/store/sys3");
    assertTarget(3, "none known good");
    world.link(NixStore.RUNNING, "/nix/store/sys1");
    assertTarget(1, "the last-known-good one");
  }

  @Test
  void whereSomethingElseRunsNobodyKnowsWhatIsBroken() {
    world.link(NixStore.RUNNING, "/nix/store/sys2");
    assertThatThrownBy(this::preview)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("neither generation 4");
  }

  @Test
  void noneIsNoTarget() {
    left(4);
    assertThatThrownBy(this::preview).hasMessageContaining("rolled back from before");
    world.host.state().replace("rollbacks.json", "{\"rolledBack\":[]}");
    for (int generation = 1; generation <= 3; generation++) {
      world.link(NixStore.PROFILE + "-" + generation + "-link", "/nix/store/gone");
    }
    assertThatThrownBy(this::preview).hasMessageContaining("no generation before 4");
  }
}
