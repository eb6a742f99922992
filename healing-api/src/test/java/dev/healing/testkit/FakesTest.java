package dev.healing.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.testkit.FakeProcesses.Manner;
import dev.healing.testkit.FakeSystemd.Restart;
import dev.healing.testkit.InMemoryStateStore.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakesTest {
  private final TestHost host = new TestHost();

  @Test
  void aCrashLeavesATornLineThatIsCutAndADeadProcess() {
    InMemoryStateStore store = host.state();
    store.append("journal", List.of("{\"n\":1}"));
    store.crashAfter(1, Moment.HALFWAY, 7);

    assertThatThrownBy(() -> store.append("journal", List.of("{\"n\":2}")))
        .isInstanceOf(SimulatedCrash.class);
    assertThatThrownBy(() -> store.lines("journal")).isInstanceOf(SimulatedCrash.class);

    store.restart();
    assertThat(store.lines("journal").lines()).containsExactly("{\"n\":1}");
    assertThat(store.lines("journal").damaged()).isEmpty();
  }

  @Test
  void aCrashAfterTheWriteLeavesIt() {
    InMemoryStateStore store = host.state();
    store.crashAfter(1, Moment.AFTER, 7);
    assertThatThrownBy(() -> store.append("journal", List.of("{}")))
        .isInstanceOf(SimulatedCrash.class);
    store.restart();
    assertThat(store.lines("journal").lines()).containsExactly("{}");
  }

  @Test
  void aFullDiskRefusesAndDamageIsNamed() {
    InMemoryStateStore store = host.state();
    store.append("journal", List.of("{\"n\":1}", "{\"n\":2}"));
    store.damage("journal", 1);
    store.failWrites("No space left on device");

    assertThatThrownBy(() -> store.append("journal", List.of("{}")))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("No space");
    assertThat(store.lines("journal").lines()).containsExactly("{\"n\":2}");
    assertThat(store.lines("journal").damaged()).singleElement().asString().contains("journal:1");
  }

  @Test
  void aDamagedDocumentFallsBackToTheOneBefore() {
    InMemoryStateStore store = host.state();
    store.replace("doc", "{\"v\":1}");
    store.replace("doc", "{\"v\":2}");
    store.damage("doc", 1);

    assertThat(store.document("doc").content()).contains("{\"v\":1}");
    assertThat(store.exists("doc.damaged")).isTrue();
  }

  @Test
  void anUnexpectedCommandIsNamed() {
    host.commands().succeeds("ok", "true");
    assertThat(host.commands().run(Command.of(Duration.ofSeconds(1), "true")).stdout())
        .isEqualTo("ok");
    assertThatThrownBy(
            () -> host.commands().run(Command.of(Duration.ofSeconds(1), "rm", "-rf", "/")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("[rm, -rf, /]");
  }

  @Test
  void dependentsFailWithTheirUnitAndARestartTakesItsTime() {
    List<String> told = new ArrayList<>();
    host.systemd().service("db.service").service("web.service", "db.service");
    host.systemd().subscribe(told::add);
    host.systemd().whenRestarted("db.service", Restart.comesBackAfter(Duration.ofSeconds(5)));

    host.systemd().fail("db.service");
    assertThat(told).containsExactly("db.service", "web.service");

    long job = host.systemd().restart("db.service");
    host.time().advance(Duration.ofSeconds(4));
    assertThat(host.systemd().jobRunning(job)).isTrue();
    host.time().advance(Duration.ofSeconds(1));
    assertThat(host.systemd().jobRunning(job)).isFalse();
    assertThat(host.systemd().unit("db.service").orElseThrow().active()).isTrue();
    assertThatThrownBy(() -> host.systemd().restart("sshd.service"))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void processesEndAsTheyAre() {
    FakeProcesses processes = host.processes();
    var stubborn = FakeProcesses.process(77, "stubborn");
    processes.add(stubborn, Manner.STUBBORN);

    Held held = processes.hold(stubborn.ref()).orElseThrow();
    assertThat(held.terminate()).isTrue();
    assertThat(held.alive()).isTrue();
    assertThat(held.kill()).isTrue();
    assertThat(held.alive()).isFalse();
    processes.add(stubborn);
    assertThat(held.kill()).as("another with the same number and start").isFalse();
    assertThat(processes.find(77)).isPresent();
    assertThatThrownBy(
            () -> processes.hold(processes.find(1).orElseThrow().ref()).orElseThrow().kill())
        .isInstanceOf(RefusedException.class);
  }
}
