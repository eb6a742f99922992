package dev.healing.runner.bench.fleet;

import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.runner.bench.fleet.Ledger.Trouble;
import dev.healing.runner.bench.fleet.Truth.Cure;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * One host: what is wrong with it as time passes, what users see of that. Chance that what was done
 * has no part in, as when the person comes, is drawn by what it is about, so that it is the same
 * whatever else was done.
 */
final class FleetHost {
  static final String VAR = "/var";
  static final double TOTAL_BYTES = 40e9;

  private static final double HIGH = 0.9;
  private static final double CLEAR = 0.85;
  private static final double MINUTE = 1 / 1440.0;

  private static final double VICTIM_IS_THE_LEAK = 0.85;
  private static final double RELIEF = 20 * MINUTE;

  /** A service that has failed. */
  record Failure(Cure cure, double since) {}

  private final TestHost host = new TestHost();
  private final VirtualTime time = host.time();
  private final Ledger ledger = new Ledger();
  private final Truth truth;
  private final Memory memory;
  private final Disk disk;
  private final long chance;
  private final Duration tick;
  private final Map<String, Truth.Service> services = new HashMap<>();
  private final Map<String, Failure> failures = new HashMap<>();
  private final Map<String, Double> causeUntil = new HashMap<>();
  private final Map<String, Integer> draws = new HashMap<>();
  private final Map<String, Double> upSince = new HashMap<>();
  private final List<String> mended = new ArrayList<>();
  private final Person person = new Person(this);
  private Consumer<String> whenOneFails = name -> {};

  FleetHost(Truth truth, long chance, int days, Duration tick) {
    this.truth = truth;
    this.chance = chance;
    this.tick = tick;
    memory = new Memory(truth.memory(), chance);
    disk = new Disk(truth.disk(), days);
    for (Truth.Service service : truth.services()) {
      services.put(service.name(), service);
      host.systemd().service(service.name());
      for (int i = 0; i < service.failsAt().size(); i++) {
        double at = service.failsAt().get(i);
        double until = at + service.lasts().get(i);
        time.happens(days(at), "fails", () -> strikes(service, until));
      }
    }
    time.happens(tick, "tick", this::tick);
  }

  TestHost context() {
    return host;
  }

  Person person() {
    return person;
  }

  /** Somebody looks after it who knows at once. */
  void whenOneFails(Consumer<String> then) {
    whenOneFails = then;
  }

  void happens(double inDays, String what, Runnable then) {
    time.happens(days(inDays), what, then);
  }

  Ledger ledger() {
    return ledger;
  }

  Memory memory() {
    return memory;
  }

  Disk disk() {
    return disk;
  }

  double now() {
    return Truth.days(time.elapsed());
  }

  double tickDays() {
    return Truth.days(tick);
  }

  static Duration days(double days) {
    return Duration.ofNanos((long) (days * 86_400e9));
  }

  Optional<Failure> failure(String service) {
    return Optional.ofNullable(failures.get(service));
  }

  Truth.Service service(String name) {
    return services.get(name);
  }

  /** Since when it is up; since ever if it was never started. */
  double upSince(String service) {
    return upSince.getOrDefault(service, -1.0);
  }

  /** A number between 0 and 1 that depends on what it is for and how often that was asked. */
  double draw(String what) {
    int n = draws.merge(what, 1, Integer::sum);
    return new SplittableRandom(chance ^ ((long) what.hashCode() << 32 | n)).nextDouble();
  }

  // ------------------------------------------------------------ what goes wrong

  private void strikes(Truth.Service service, double until) {
    String name = service.name();
    if (mended.contains(name)) {
      return;
    }
    if (service.cure() == Cure.LATER) {
      causeUntil.put(name, until);
    }
    if (!failures.containsKey(name)) {
      Failure failure = fails(name, service.cure(), service.cure().name().toLowerCase(Locale.ROOT));
      if (service.cure() == Cure.NOTHING) {
        time.happens(days(until - now()), "passes", () -> passes(name, failure));
      }
    }
  }

  private void passes(String name, Failure failure) {
    if (failures.get(name) == failure) {
      up(name);
    }
  }

  private Failure fails(String name, Cure cure, String cause) {
    Failure failure = new Failure(cure, now());
    failures.put(name, failure);
    ledger.begins(Trouble.SERVICE, name, cause, now());
    ledger.without(Trouble.SERVICE, name, now());
    host.systemd().fail(name);
    whenOneFails.accept(name);
    return failure;
  }

  /** It is up again, for as long as what made it fail is gone. */
  void up(String name) {
    Failure failure = failures.remove(name);
    if (failure == null) {
      return;
    }
    ledger.ends(Trouble.SERVICE, name, now());
    ledger.back(Trouble.SERVICE, name, now());
    upSince.put(name, now());
    host.systemd().recover(name);
    if (now() < causeUntil.getOrDefault(name, -1.0)) {
      double relief = Math.max(MINUTE, -RELIEF * Math.log(1 - draw("relief " + name)));
      time.happens(days(relief), "fails again", () -> failsAgain(name));
    }
  }

  private void failsAgain(String name) {
    if (now() < causeUntil.getOrDefault(name, -1.0) && !failures.containsKey(name)) {
      fails(name, Cure.LATER, "later, again");
    }
  }

  /** A restart of what is up: users are without it meanwhile. */
  void restarted(String name) {
    memory.restarted(name);
    upSince.put(name, now());
    double gap = services.get(name).startSeconds() / 86_400;
    ledger.gap(Trouble.MEMORY, "memory", "restarted for it", now(), gap);
  }

  private void kernelKills() {
    Optional<String> leaking = memory.leaking(0.02);
    boolean leak = leaking.isPresent() && draw("victim") < VICTIM_IS_THE_LEAK;
    int any = (int) (draw("which") * truth.services().size());
    String victim = leak ? leaking.orElseThrow() : truth.services().get(any).name();
    memory.restarted(victim);
    leaking.filter(name -> draw("asked " + name) < Person.FOR_GOOD / 2).ifPresent(memory::mended);
    upSince.put(victim, now());
    if (failures.containsKey(victim)) {
      return;
    }
    Truth.Service service = services.get(victim);
    if (service.startedAgain()) { // by systemd; a kill is seen, however soon
      double gap = Math.max(1.001, service.startSeconds()) / 86_400;
      ledger.gap(Trouble.MEMORY, "memory", "killed for it", now(), gap);
    } else {
      fails(victim, Cure.RESTART, "killed");
    }
  }

  // ----------------------------------------------------------------- time passes

  private void tick() {
    double now = now();
    memory.advance(now);
    disk.advance(now);
    boolean high = memory.used() >= HIGH;
    trouble(Trouble.MEMORY, "memory", memory.cause(), memory.used());
    for (int kills = 0; memory.used() >= Memory.ENDS && kills < 20; kills++) {
      kernelKills();
    }
    trouble(Trouble.MEMORY, "memory", memory.cause(), high ? 1 : memory.used());
    trouble(Trouble.DISK, VAR, disk.cause(), disk.used());
    if (disk.used() >= Disk.FULL) {
      ledger.without(Trouble.DISK, VAR, now);
    } else {
      ledger.back(Trouble.DISK, VAR, now);
    }
    person.notices(Trouble.DISK, VAR, this::makesRoom);
    for (String name : List.copyOf(failures.keySet())) {
      person.notices(Trouble.SERVICE, name, forGood -> starts(name, forGood));
    }
    time.happens(tick, "tick", this::tick);
  }

  private void trouble(Trouble trouble, String component, String cause, double used) {
    if (used >= HIGH) {
      ledger.begins(trouble, component, cause, now());
    } else if (used < CLEAR) {
      ledger.ends(trouble, component, now());
    }
  }

  // ------------------------------------------------------------ what a person does

  void makesRoom(boolean forGood) {
    disk.mended(forGood);
    ledger.back(Trouble.DISK, VAR, now());
  }

  void starts(String name, boolean forGood) {
    causeUntil.remove(name);
    if (forGood) {
      cured(name);
    }
    up(name);
  }

  /** What was wrong with it is not any more: it neither fails nor leaks. */
  void cured(String name) {
    mended.add(name);
    memory.mended(name);
  }

  // ------------------------------------------------------------ what can be seen

  Reading read() {
    Instant at = time.now();
    double used = memory.used();
    double full = disk.used();
    double health = 100 - 8 * failures.size() - (used >= HIGH ? 30 : 0) - (full >= HIGH ? 20 : 0);
    return new Reading(
        List.of(
            new Sample(Metric.HEALTH, Math.max(0, health), at),
            new Sample(Metric.MEMORY_USED, used, at),
            new Sample(Metric.MEMORY_AVAILABLE, (1 - used) * TOTAL_BYTES / 5, at),
            new Sample(Metric.of(Metric.FILESYSTEM_USED, VAR), full, at),
            new Sample(Metric.of(Metric.FILESYSTEM_AVAILABLE, VAR), (1 - full) * TOTAL_BYTES, at)),
        host.systemd().failedUnits(),
        List.of());
  }
}
