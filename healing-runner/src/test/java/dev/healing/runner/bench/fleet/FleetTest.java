package dev.healing.runner.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.runner.bench.fleet.Ledger.Count;
import dev.healing.runner.bench.fleet.Ledger.Trouble;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That the fleet is counted rightly; what comes of it is for {@code benchmarks/fleet} to say. */
class FleetTest {
  private static final Truth.Memory CALM = new Truth.Memory(0.4, 0, 0, List.of(), List.of());
  private static final Duration SPAN = Duration.ofDays(2);
  private static final Truth.Peak BULK = new Truth.Peak(1, 0.06, 0.35);

  /** Logs of four weeks, three of which are old enough to go; it is at 58 %. */
  private static Truth.Disk disk(List<Truth.Peak> logged, List<Truth.Peak> takenAway) {
    return new Truth.Disk(0.3, 0, 0.01, 28, 0, 0, false, logged, takenAway);
  }

  private static Ledger ladder(Truth truth) {
    FleetHost host = new FleetHost(truth, 1, 2, Fleet.LOOK);
    Arm.LADDER.live(host, SPAN, Fleet.LOOK);
    host.ledger().close(host.now());
    return host.ledger();
  }

  @Test
  void whatIsTakenAwayAgainNeededNoCleaning() {
    Ledger stays = ladder(new Truth(CALM, disk(List.of(BULK), List.of()), List.of()));
    assertThat(stays.allDeeds().done).isPositive();
    assertThat(stays.allDeeds().needless).isZero();
    Ledger goes = ladder(new Truth(CALM, disk(List.of(), List.of(BULK)), List.of()));
    assertThat(goes.allDeeds().needless).isPositive().isEqualTo(goes.allDeeds().done);
    assertThat(goes.count(Trouble.DISK).incidents).isEqualTo(1);
    assertThat(goes.count(Trouble.DISK).visible).isZero();
  }

  @Test
  void aServiceIsSeenToBeDownForAsLongAsItIs() {
    for (Truth.Cure cure : List.of(Truth.Cure.REPAIR, Truth.Cure.PERSON)) {
      Truth.Service service =
          new Truth.Service("web.service", cure, List.of(0.4, 1.4), List.of(0.01, 0.01), 2, true);
      Truth truth = new Truth(CALM, disk(List.of(), List.of()), List.of(service));
      FleetHost alone = new FleetHost(truth, 1, 2, Fleet.LOOK);
      Arm.OFF.live(alone, SPAN, Fleet.LOOK);
      Count off = alone.ledger().count(Trouble.SERVICE);
      assertThat(off.incidents).as("%s", cure).isBetween(1L, 2L);
      assertThat(off.recurring).isEqualTo(off.incidents - 1);
      Count ladder = ladder(truth).count(Trouble.SERVICE);
      if (cure == Truth.Cure.REPAIR) {
        assertThat(ladder.visibleHours).as("%s", cure).isPositive().isLessThan(0.1);
        assertThat(off.visibleHours).isGreaterThan(0.3);
      }
      if (cure == Truth.Cure.PERSON) {
        assertThat(ladder.visibleHours).isEqualTo(off.visibleHours);
      }
    }
  }

  @Test
  void theSameHostsLiveDifferentlyUnderEach() throws Exception {
    Map<Arm, Ledger> ledgers = Fleet.live(1, 1, 4);
    assertThat(ledgers).hasSize(4);
    assertThat(ledgers.get(Arm.OFF).allDeeds().done).isZero();
    assertThat(ledgers.get(Arm.LADDER).deeds()).isNotEmpty();
    assertThat(ledgers.get(Arm.LADDER).all().visibleHours)
        .isNotEqualTo(ledgers.get(Arm.OFF).all().visibleHours);
    assertThat(ledgers.get(Arm.LEARNING).deeds()).isNotEmpty();
  }

  @Test
  void whatIsBackWithinTheHourIsOneIncidentHoweverOftenItWasMended() {
    Ledger ledger = new Ledger();
    for (double at : List.of(1.0, 1.02, 1.04, 1.2)) {
      ledger.begins(Trouble.SERVICE, "web.service", "later", at);
      ledger.without(Trouble.SERVICE, "web.service", at);
      ledger.ends(Trouble.SERVICE, "web.service", at + 0.001);
      ledger.back(Trouble.SERVICE, "web.service", at + 0.001);
    }
    Count count = ledger.count(Trouble.SERVICE);
    assertThat(count.incidents).isEqualTo(2);
    assertThat(count.recurring).isEqualTo(1);
    assertThat(count.visible).isEqualTo(2);
    assertThat(count.outages).isEqualTo(4);
    ledger.gap(Trouble.MEMORY, "memory", "restarted for it", 3, 0.001);
    ledger.gap(Trouble.MEMORY, "memory", "restarted for it", 4, 0.001);
    assertThat(ledger.count(Trouble.MEMORY).visible).as("of none, each counts").isEqualTo(2);
  }

  @Test
  void whoReadsThatItKeepsHappeningMayRemoveTheCause() {
    Truth.Service service =
        new Truth.Service("web.service", Truth.Cure.RESTART, List.of(60.0), List.of(0.01), 2, true);
    Truth truth = new Truth(CALM, disk(List.of(), List.of()), List.of(service));
    int incidents = 0;
    for (int chance = 0; chance < 100; chance++) {
      FleetHost host = new FleetHost(truth, chance, 61, Fleet.LOOK);
      host.person().reads("service_failed:web.service came 3 times");
      host.person().reads("the same within a week is not looked into: service_failed:web.service");
      Arm.OFF.live(host, Duration.ofDays(61), Fleet.LOOK);
      incidents += host.ledger().count(Trouble.SERVICE).incidents;
    }
    assertThat(incidents).as("of a hundred that are read of, one in five").isBetween(70, 90);
  }

  @Test
  void whoKnowsTheTruthRestartsWhatLeaksJustInTime() {
    Truth.Leak leak = new Truth.Leak("web.service", 0, 0.25);
    Truth.Service service =
        new Truth.Service("web.service", Truth.Cure.RESTART, List.of(), List.of(), 2, true);
    Truth.Memory memory = new Truth.Memory(0.4, 0, 0, List.of(leak), List.of());
    Truth truth = new Truth(memory, disk(List.of(), List.of()), List.of(service));
    FleetHost host = new FleetHost(truth, 1, 5, Fleet.LOOK);
    Arm.ORACLE.live(host, Duration.ofDays(5), Fleet.LOOK);
    Count seen = host.ledger().count(Trouble.MEMORY);
    assertThat(seen.incidents).isZero();
    assertThat(seen.visible).isEqualTo(2);
    FleetHost alone = new FleetHost(truth, 1, 5, Fleet.LOOK);
    Arm.OFF.live(alone, Duration.ofDays(5), Fleet.LOOK);
    assertThat(alone.ledger().count(Trouble.MEMORY).incidents).isPositive();
  }
}
