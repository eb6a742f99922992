package dev.healing.testkit;

import dev.healing.api.ActionId;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.TriggerProvider;
import dev.healing.testkit.Fault.Kind;
import dev.healing.testkit.Fault.Nature;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A host on virtual time whose faults come and go over years, with the plugins to see and to treat
 * them, and a log of everything that was really done to it.
 *
 * <p>Its actions do what they are told, also to what is protected and below any limit: nothing but
 * the engine under test stands between a bad decision and a {@link Deed} that shows it.
 *
 * <p>It survives {@link #crash} and {@link #reboot}: a new engine is made with the same {@link
 * #context} and finds what the old one wrote.
 */
public final class SimulatedHost {
  /** The component of a broken generation. */
  public static final String PROFILE = "/nix/var/nix/profiles/system";

  static final Metric GENERATION = Metric.of("simulation.generation.broken", PROFILE);
  private static final double IDLE = 0.3;
  private static final double FULL = 0.97;
  private static final Duration LEAK_TAKES = Duration.ofHours(6);
  private static final Duration DISK_TAKES = Duration.ofDays(1);

  /** A fault while it lasts. */
  static final class Live {
    private final Fault fault;
    private final Duration since;
    private int harm;

    Live(Fault fault, Duration since) {
      this.fault = fault;
      this.since = since;
    }
  }

  private final TestHost host = new TestHost();
  private final Map<String, Set<String>> services = new LinkedHashMap<>();
  private final List<Live> live = new ArrayList<>();
  private final List<Deed> deeds = new ArrayList<>();
  private final Set<String> notes = new TreeSet<>();
  private int incarnation = 1;
  private boolean blind;

  /** A healthy host with these services; add others with {@link #service}. */
  public SimulatedHost(String... services) {
    for (String service : services) {
      service(service);
    }
  }

  /** A host with some services and faults within this span, all chosen by the seed. */
  public static SimulatedHost random(long seed, Duration span, int faults) {
    Random random = new Random(seed);
    SimulatedHost made = new SimulatedHost("db.service", "mail.service", "sshd.service");
    made.service("web.service", "db.service").service("shop.service", "web.service");
    List<String> names = List.copyOf(made.services.keySet());
    for (int i = 0; i < faults; i++) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      String component = kind == Kind.DISK ? "/var" : names.get(random.nextInt(names.size()));
      Duration begins = Duration.ofSeconds((long) (random.nextDouble() * span.toSeconds()));
      Fault fault = Fault.of(kind, component, begins, anyNature(random));
      for (ActionId action : SimulatedPlugins.actions()) {
        fault = random.nextBoolean() ? fault : fault.with(action, anyNature(random));
      }
      if (random.nextInt(3) == 0) {
        fault = fault.passingAfter(Duration.ofMinutes(1 + random.nextInt(3000)));
      }
      if (random.nextInt(4) == 0) {
        fault = fault.recurring(Duration.ofSeconds(10 + random.nextInt(1000)), random.nextInt(30));
      }
      made.fault(fault);
    }
    return made;
  }

  private static Nature anyNature(Random random) {
    return random.nextBoolean()
        ? Nature.HELPS
        : Nature.values()[random.nextInt(Nature.values().length)];
  }

  /** Adds a service that requires these. */
  public SimulatedHost service(String name, String... requires) {
    services.put(name, Set.of(requires));
    host.systemd().service(name, requires);
    return this;
  }

  /**
   * Adds a fault. It begins after its time, counted from now; one that would begin while its
   * component is already broken doesn't.
   */
  public SimulatedHost fault(Fault fault) {
    if (fault.kind() == Kind.CRASH && !services.containsKey(fault.component())) {
      throw new IllegalArgumentException(
          fault.component() + " is no service of this host: " + services.keySet());
    }
    host.time().happens(fault.begins(), "fault " + fault.kind(), () -> begin(fault));
    return this;
  }

  /** The host as plugins and the engine see it; the same over all crashes. */
  public TestHost context() {
    return host;
  }

  /** Its time, to be driven by the test. */
  public VirtualTime time() {
    return host.time();
  }

  /** The process under test is killed, with all its tasks; the next one may begin. */
  public void crash() {
    host.time().killTasks();
    nextProcess();
  }

  /** The host boots again, after having been off for this long. */
  public void reboot(Duration off) {
    host.time().reboot(off);
    nextProcess();
  }

  private void nextProcess() {
    host.systemd().forgetSubscribers();
    host.state().restart();
    incarnation++;
  }

  /** Which process is under test, counted from 1. */
  public int incarnation() {
    return incarnation;
  }

  /** Nothing can be read from now on, or everything again. */
  public void blind(boolean unreadable) {
    blind = unreadable;
  }

  /** Notes something that is so from now on, or isn't any more; each {@link Deed} tells it. */
  public void note(String what, boolean holds) {
    if (holds) {
      notes.add(what);
    } else {
      notes.remove(what);
    }
  }

  /** Everything that was really done, in the order in which it began. */
  public List<Deed> deeds() {
    return List.copyOf(deeds);
  }

  /** The faults that last now. */
  public List<Fault> faults() {
    return live.stream().map(one -> one.fault).toList();
  }

  /** Health of the host, 0 to 100: what its sampler reports unless it is blind. */
  public double health() {
    double health = 100;
    for (UnitState ignored : host.systemd().failedUnits()) {
      health -= 8;
    }
    health -= memory() >= 0.9 ? 30 : 0;
    health -= disk() >= 0.9 ? 20 : 0;
    health -= has(Kind.CPU) ? 25 : 0;
    for (Live one : live) {
      health -= one.harm;
    }
    return Math.max(0, health);
  }

  /** What measures it. */
  public SamplerProvider sampler() {
    return SimulatedPlugins.sampler(this);
  }

  /** What reports its problems: one for each built-in type of issue. */
  public List<DetectorProvider> detectors() {
    return SimulatedPlugins.detectors(this);
  }

  /** The built-in actions, but repair_service, acting on it. */
  public List<ActionProvider> actionProviders() {
    return SimulatedPlugins.actionProviders(this);
  }

  /** What wakes the loop when a service fails or comes back. */
  public TriggerProvider trigger() {
    return SimulatedPlugins.trigger(this);
  }

  Set<String> services() {
    return services.keySet();
  }

  Reading read() {
    Instant now = host.time().now();
    if (blind) {
      List<Unreadable> all = new ArrayList<>();
      for (String what : List.of("systemd", "memory", "cpu", "/var", PROFILE)) {
        all.add(new Unreadable(what, "Input/output error"));
      }
      return new Reading(List.of(), List.of(), all);
    }
    return new Reading(
        List.of(
            new Sample(Metric.HEALTH, health(), now),
            new Sample(Metric.MEMORY_USED, memory(), now),
            new Sample(Metric.CPU_BUSY, has(Kind.CPU) ? 0.99 : 0.1, now),
            new Sample(Metric.of(Metric.FILESYSTEM_USED, "/var"), disk(), now),
            new Sample(GENERATION, has(Kind.GENERATION) ? 1 : 0, now)),
        host.systemd().failedUnits(),
        List.of());
  }

  int deed(Deed deed) {
    deeds.add(deed);
    return deeds.size() - 1;
  }

  void ended(int deed) {
    deeds.set(deed, deeds.get(deed).ended(host.time().elapsed()));
  }

  Set<String> notes() {
    return notes;
  }

  /** What the remedy does to this target now: as the fault says that lies under its trouble. */
  Nature nature(ActionId action, String target) {
    return under(target)
        .map(one -> one.fault.natures().getOrDefault(action, one.fault.otherwise()))
        .orElse(Nature.DOES_NOTHING);
  }

  /** The fault of this component ends; a failed service without one is started. */
  void remedy(ActionId action, String target) {
    Optional<Live> own = own(target);
    if (own.isPresent()) {
      end(own.get());
    } else if (action.equals(ActionId.RESTART_SERVICE) && under(target).isEmpty()) {
      bringBack();
    }
  }

  void worsen(String target) {
    under(target).ifPresent(one -> one.harm += 25);
  }

  private Optional<Live> own(String component) {
    return live.stream().filter(one -> one.fault.component().equals(component)).findFirst();
  }

  private Optional<Live> under(String component) {
    Optional<Live> own = own(component);
    if (own.isPresent() || !services.containsKey(component)) {
      return own;
    }
    for (String required : services.get(component)) {
      Optional<Live> below = under(required);
      if (below.isPresent()) {
        return below.map(this::pointless);
      }
    }
    return has(Kind.GENERATION) ? own(PROFILE).map(this::pointless) : Optional.empty();
  }

  /** Restarting a dependent does nothing to what it depends on. */
  private Live pointless(Live cause) {
    Fault fault = cause.fault;
    return new Live(
        Fault.of(fault.kind(), fault.component(), fault.begins(), Nature.DOES_NOTHING),
        cause.since);
  }

  private void begin(Fault fault) {
    if (own(fault.component()).isPresent()) {
      return;
    }
    Live one = new Live(fault, host.time().elapsed());
    live.add(one);
    if (fault.kind() == Kind.CRASH) {
      host.systemd().fail(fault.component());
    } else if (fault.kind() == Kind.GENERATION) {
      services.keySet().stream().filter(this::isUp).toList().forEach(host.systemd()::fail);
    }
    fault.passesAfter().ifPresent(after -> host.time().happens(after, "passes", () -> end(one)));
  }

  private void end(Live one) {
    if (!live.remove(one)) {
      return;
    }
    bringBack();
    Fault fault = one.fault;
    if (fault.recursAfter().isPresent() && fault.recurrences() > 0) {
      Duration after = fault.recursAfter().get();
      Fault next = fault.recurring(after, fault.recurrences() - 1);
      host.time().happens(after, "again " + fault.kind(), () -> begin(next));
    }
  }

  /** Services come back when nothing under them is broken any more. */
  private void bringBack() {
    for (String service : services.keySet()) {
      if (!isUp(service) && under(service).isEmpty()) {
        host.systemd().recover(service);
      }
    }
  }

  private boolean isUp(String service) {
    return host.systemd().unit(service).filter(UnitState::active).isPresent();
  }

  private boolean has(Kind kind) {
    return live.stream().anyMatch(one -> one.fault.kind() == kind);
  }

  private double memory() {
    return level(Kind.LEAK, LEAK_TAKES);
  }

  private double disk() {
    return level(Kind.DISK, DISK_TAKES);
  }

  private double level(Kind kind, Duration takes) {
    double level = IDLE;
    for (Live one : live) {
      if (one.fault.kind() == kind) {
        double risen = (double) host.time().elapsed().minus(one.since).toNanos() / takes.toNanos();
        level = Math.max(level, Math.min(FULL, IDLE + risen * (FULL - IDLE)));
      }
    }
    return level;
  }
}
