package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.core.calls.Inbox;
import dev.healing.core.guard.Settings;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.watch.Watch;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LookoutTest {
  private static final long NOTHING_WANTED = Long.MAX_VALUE;
  private static final Settings EVERY_MINUTE =
      Settings.read(Configuration.of(Map.of("interval", "1m")));

  private final TestHost host = new TestHost();
  private final Inbox inbox = new Inbox();
  private final List<HostState> seen = new ArrayList<>();
  private final Plugins plugins = plugins();
  private final Lookout lookout =
      new Lookout(
          host.time(),
          inbox,
          new Watch(host.time(), host.workers(), samples -> {}),
          new Incidents(host.time(), new Chronicle(host, inbox), type -> true),
          seen::add,
          EVERY_MINUTE,
          plugins);

  private Plugins plugins() {
    return Given.engine(host, Map.of())
        .add(Given.detector("services", state -> Detection.NOTHING))
        .build()
        .loop()
        .plugins();
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private void arrives() {
    host.time().runReady();
    inbox.drain();
  }

  private void looked() {
    assertThat(lookout.due(NOTHING_WANTED)).isTrue();
    lookout.look(List.of());
    arrives();
  }

  @Test
  void looksAtOnceAndThenOnceInAnInterval() {
    looked();
    assertThat(lookout.due(NOTHING_WANTED)).isFalse();
    host.time().advance(Duration.ofSeconds(59));
    assertThat(lookout.due(NOTHING_WANTED)).isFalse();
    assertThat(lookout.nextNanos(NOTHING_WANTED) - host.time().monotonicNanos())
        .isEqualTo(Duration.ofSeconds(1).toNanos());
    host.time().advance(Duration.ofSeconds(1));
    looked();
  }

  @Test
  void aFloodOfSignalsIsOneLook() {
    looked();
    for (int i = 0; i < 20; i++) {
      lookout.wake();
      assertThat(lookout.due(NOTHING_WANTED)).isFalse();
      host.time().advance(Duration.ofMillis(1));
    }
    looked();
    host.time().advance(Duration.ofMillis(20));
    assertThat(lookout.due(NOTHING_WANTED)).isFalse();
  }

  @Test
  void looksSoonerWhereThatIsWanted() {
    looked();
    long wanted = host.time().monotonicNanos() + Duration.ofSeconds(5).toNanos();
    assertThat(lookout.nextNanos(wanted)).isEqualTo(wanted);
    host.time().advance(Duration.ofSeconds(5));
    assertThat(lookout.due(wanted)).isTrue();
  }

  @Test
  void oneLookAtATime() {
    lookout.look(List.of());
    lookout.wake();
    host.time().advance(Duration.ofHours(1));
    assertThat(lookout.due(0)).isFalse();
    assertThat(lookout.nextNanos(0)).isEqualTo(Long.MAX_VALUE);
    arrives();
    assertThat(lookout.due(0)).isTrue();
  }

  @Test
  void whatALookHasFoundIsTakenOnce() {
    looked();
    assertThat(seen).hasSize(1);
    assertThat(lookout.state()).containsSame(seen.get(0));
    assertThat(lookout.looks()).isEqualTo(1);
    assertThat(lookout.takeArrived()).isPresent();
    assertThat(lookout.takeArrived()).isEmpty();
  }

  @Test
  void whatWasSeenWithOtherPluginsIsNoEvidence() {
    lookout.look(List.of());
    lookout.use(EVERY_MINUTE, plugins());
    arrives();
    assertThat(lookout.takeArrived()).isEmpty();
    assertThat(lookout.state()).isEmpty();
    host.time().advance(Duration.ofMillis(20));
    looked();
    assertThat(lookout.takeArrived()).isPresent();
  }
}
