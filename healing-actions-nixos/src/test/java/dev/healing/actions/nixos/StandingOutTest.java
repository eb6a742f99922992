package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
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
    world.process(pid, name, percent * 10_240_000L);
  }

  private Preview prepare(Map<String, Object> section) {
    return prepared(section).preview();
  }

  private PreparedAction prepared(Map<String, Object> section) {
    return new KillProcess.Provider()
        .create(world.host.withConfiguration(Configuration.of(section)))
        .prepare(world.issue(IssueType.MEMORY_HIGH, "memory"), HostStates.now().build());
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
  void processThatGotTheNumberMeanwhileIsLeftAlone() {
    uses(200, "leaky", 40);
    PreparedAction prepared = prepared(Map.of());
    ProcessState old = world.host.processes().find(200).orElseThrow();
    world
        .host
        .processes()
        .add(
            new ProcessState(
                new Ref(200, old.ref().startTicks() + 1),
                old.parentPid(),
                old.name(),
                old.uid(),
                old.state(),
                old.cpuTime(),
                old.residentBytes(),
                old.oomScoreAdj(),
                old.unit(),
                false));
    ActionReport report =
        prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
    assertThat(report.result()).isEqualTo(ActionReport.Result.REFUSED);
    assertThat(world.host.processes().signals()).isEmpty();
  }

  @Test
  void whoDoesNotListenIsKilledAfterPatience() {
    uses(200, "leaky", 40);
    ProcessState stubborn = world.host.processes().find(200).orElseThrow();
    world.host.processes().add(stubborn, FakeProcesses.Manner.STUBBORN);
    ActionReport report =
        prepared(Map.of("patience", "3s"))
            .execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
    assertThat(report.detail()).contains("did not listen and was killed");
    assertThat(world.host.processes().signals()).hasSize(2);
  }

  @Test
  void preferredOneNeedsNoMargin() {
    uses(200, "leaky", 40);
    uses(201, "browser", 30);
    assertThat(prepare(Map.of("prefer", List.of("brow*"))).target()).isEqualTo("browser:201");
  }
}
