package dev.healing.actions.nixos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.api.Severity;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whom end_memory_hog ends, when, and how. Memory is 100 GiB, of which 10 should be available. */
class EndMemoryHogTest {
  private static final double GIB = 1L << 30;

  private final World world = new World();

  EndMemoryHogTest() {
    world.available((long) (10.05 * GIB));
    world.host.processes().remove(1);
  }

  private PreparedAction prepared(Map<String, Object> section) {
    HealingAction action =
        new EndMemoryHog.Provider().create(world.host.withConfiguration(Configuration.of(section)));
    Issue issue =
        Issue.of(
            world.host.time().now(),
            IssueType.MEMORY_EXHAUSTING,
            Severity.CRITICAL,
            "memory ends",
            Map.of(Metric.MEMORY_FLOOR.toString(), 10 * GIB),
            List.of("memory"));
    return world.host.time().onWorker(() -> action.prepare(issue, HostStates.now().build()));
  }

  private Preview prepare() {
    return prepared(Map.of()).preview();
  }

  private ActionReport execute(PreparedAction prepared) {
    return prepared.execute(new TestExecution(world.host.time(), Duration.ofMinutes(3)));
  }

  private List<String> signals() {
    return world.host.processes().signals().stream()
        .map(signal -> signal.name() + " " + signal.to().pid())
        .toList();
  }

  private double available() {
    return MemAvailable.read(world.host).availableBytes();
  }

  @Test
  void whoTakesItIsChosenAndNotWhoIsLarge() {
    world.process(200, "database", 60L << 30);
    world.hog(201, "hog", 15L << 30, 1);
    Preview preview = prepare();
    assertThat(preview.target()).isEqualTo("hog:201");
    assertThat(preview.steps().get(0)).matches("end hog \\(pid 201, uid 1000.*\\)");
    assertThat(last(preview.steps()))
        .startsWith(Preview.BECAUSE)
        .containsPattern("hog \\(pid 201, uid 1000.*\\) grew by 93.3 MiB a second to 15.0 GiB")
        .contains("in all 93.3 MiB a second becomes less available");
  }

  private static String last(List<String> steps) {
    return steps.get(steps.size() - 1);
  }

  @Test
  void allWorkersOfOneNameAreOne() {
    for (int pid = 200; pid < 204; pid++) {
      world.hog(pid, "worker", 4L << 30, 1, "user.slice", "session-1.scope");
    }
    world.hog(210, "bystander", 1 << 20, 1, "system.slice", "other.scope");
    PreparedAction prepared = prepared(Map.of());
    assertThat(last(prepared.preview().steps()))
        .contains("and 3 more of that name grew by 373.3 MiB a second")
        .contains("the next one takes 93.3 MiB");
    assertThat(execute(prepared).result()).isEqualTo(Result.DONE);
    assertThat(signals()).containsExactly("TERM 200", "TERM 201", "TERM 202", "TERM 203");
  }

  @Test
  void nobodyIsEndedBeforeMemoryIsShort() {
    world.hog(200, "hog", 40L << 30, 1);
    PreparedAction prepared = prepared(Map.of());
    assertThat(available()).isGreaterThan(10 * GIB);
    ActionReport report = execute(prepared);
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    // Less than there should be a tenth of a second later, which is when the signal has arrived.
    assertThat(report.before().get("memory.available.bytes") / GIB).isBetween(10.0, 10.02);
  }

  @Test
  void nobodyIsEndedIfItStopsByItself() {
    world.hog(200, "pretouching", 40L << 30, 1);
    PreparedAction prepared = prepared(Map.of());
    ProcessState content = world.host.processes().find(200).orElseThrow();
    world.host.processes().remove(200);
    world.host.time().advance(Duration.ofMillis(20));
    world.host.processes().add(content);
    ActionReport report = execute(prepared);
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("memory no longer runs out");
    assertThat(signals()).isEmpty();
  }

  /** Whoever approves may do so minutes later. */
  @Test
  void nobodyIsEndedForWhatAnotherTakesByNow() {
    world.hog(200, "was_hungry", 20L << 30, 1);
    PreparedAction prepared = prepared(Map.of());
    world.sated(200);
    world.hog(201, "hungry", 40L << 30, 1);
    ActionReport report = execute(prepared);
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("takes no more memory: somebody else does now");
    assertThat(signals()).isEmpty();
  }

  @Test
  void nobodyIsChosenWhereMemoryStays() {
    world.process(200, "database", 80L << 30);
    assertThatThrownBy(this::prepare)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("memory no longer runs out: 10.0 GiB is available");
  }

  @Test
  void nobodyIsChosenWhomGrowthDoesNotAccuse() {
    world.process(200, "database", 80L << 30);
    world.host.time().happens(Duration.ofMillis(20), "a file in memory", () -> world.available(0));
    assertThatThrownBy(this::prepare)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("memory no longer runs out: 0 KiB");
    world.available(20L << 30);
    world.hog(201, "small", 1L << 30, 1);
    assertThatThrownBy(this::prepare)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("small (pid 201")
        .hasMessageContaining("to end it would give too little");
  }

  @Test
  void whoIsProtectedOrAvoidedIsNeverEnded() {
    world.hog(200, "hog", 40L << 30, 1, "batch.slice", "batch-night.scope");
    for (Map<String, Object> section :
        List.<Map<String, Object>>of(Map.of("avoid", List.of("ho*")), Map.of())) {
      assertThatThrownBy(
              () -> {
                if (section.isEmpty()) {
                  world.host.protect(new Protection(List.of("batch.slice"), List.of()));
                }
                prepared(section);
              })
          .isInstanceOf(RefusedException.class);
    }
    world.host.protect(Protection.vitalOnly());
    PreparedAction prepared = prepared(Map.of());
    world.host.protect(new Protection(List.of(), List.of("hog")));
    assertThat(execute(prepared).result()).isEqualTo(Result.REFUSED);
    assertThat(signals()).isEmpty();
  }

  private void stubborn(long pid) {
    world
        .host
        .processes()
        .add(world.host.processes().find(pid).orElseThrow(), FakeProcesses.Manner.STUBBORN);
  }

  @Test
  void whoDoesNotListenIsKilledWhenHalfIsLeftHoweverLongThatTakes() {
    world.hog(200, "hog", 40L << 30, 40, "user.slice", "session-1.scope");
    stubborn(200);
    ActionReport report = execute(prepared(Map.of("patience", "2m")));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("1 killed");
    assertThat(signals()).containsExactly("TERM 200", "KILL 200");
    assertThat(available() / GIB).isBetween(4.9, 5.0);
  }

  @Test
  void whoDoesNotListenIsKilledAfterPatienceHoweverMuchIsLeft() {
    world.hog(200, "hog", 40L << 30, 1, "user.slice", "session-1.scope");
    stubborn(200);
    assertThat(execute(prepared(Map.of("patience", "1s"))).result()).isEqualTo(Result.DONE);
    assertThat(signals()).containsExactly("TERM 200", "KILL 200");
    assertThat(available() / GIB).isGreaterThan(9.8);
  }

  @Test
  void whatIsPartOfAServiceIsOnlyAsked() {
    world.service("db.service", "simple", 199);
    world.hog(200, "backend", 40L << 30, 1, "system.slice", "db.service");
    stubborn(200);
    PreparedAction prepared = prepared(Map.of("patience", "1s"));
    assertThat(prepared.preview().steps().get(2)).contains("leave it at that");
    ActionReport report = execute(prepared);
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).contains("still there");
    assertThat(signals()).containsExactly("TERM 200");
  }

  @Test
  void theMainProcessOfAServiceIsEndedByRestartingIt() {
    world.service("leaky.service", "simple", 200);
    world.hog(200, "java", 40L << 30, 1, "system.slice", "leaky.service");
    PreparedAction prepared = prepared(Map.of());
    assertThat(prepared.preview().target()).isEqualTo("leaky.service");
    assertThat(prepared.preview().lane()).isEqualTo("unit:leaky.service");
    world.service("leaky.service", "simple", 4);
    ActionReport report = execute(prepared);
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("no longer stands for its service");
    assertThat(signals()).isEmpty();
  }

  @Test
  void anotherProcessWithTheNumberIsLeftAlone() {
    world.hog(200, "hog", 40L << 30, 1);
    world.hog(201, "other", 1L << 30, 1);
    PreparedAction prepared = prepared(Map.of());
    world.host.processes().remove(200);
    world.process(200, "hog", 40L << 30);
    assertThat(execute(prepared).result()).isEqualTo(Result.REFUSED);
    assertThat(signals()).isEmpty();
  }
}
