package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whom kill_process chooses: who stands out clearly, or who is preferred. */
class StandingOutTest {
  private final World world = new World();

  StandingOutTest() {
    world.memory(1_000_000, 50_000);
    world.host.processes().remove(1);
  }

  private void uses(long pid, String name, int percent) {
    ProcessState p = FakeProcesses.process(pid, name);
    world
        .host
        .processes()
        .add(
            new ProcessState(
                p.ref(),
                p.parentPid(),
                name,
                p.uid(),
                p.state(),
                p.cpuTime(),
                percent * 10_240_000L,
                p.oomScoreAdj(),
                p.unit(),
                false));
  }

  private Preview prepare(Map<String, Object> section) {
    return new KillProcess.Provider()
        .create(world.host.withConfiguration(Configuration.of(section)))
        .prepare(world.issue(IssueType.MEMORY_HIGH, "memory"), HostStates.now().build())
        .preview();
  }

  @Test
  void twiceTheNextIsEnough() {
    uses(200, "leaky", 40);
    uses(201, "other", 20);
    assertThat(prepare(Map.of()).target()).isEqualTo("leaky:200");
  }

  @Test
  void lessThanTwiceTheNextIsNot() {
    uses(200, "leaky", 40);
    uses(201, "other", 21);
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("nobody stands out")
        .hasMessageContaining("leaky (pid 200")
        .hasMessageContaining("other (pid 201");
  }

  @Test
  void runnerUpCountsEvenBelowTheLeastShare() {
    uses(200, "leaky", 12);
    uses(201, "other", 9);
    assertThatThrownBy(() -> prepare(Map.of()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("other (pid 201");
  }

  @Test
  void preferredOneNeedsNoMargin() {
    uses(200, "leaky", 40);
    uses(201, "browser", 30);
    assertThat(prepare(Map.of("prefer", List.of("brow*"))).target()).isEqualTo("browser:201");
  }
}
