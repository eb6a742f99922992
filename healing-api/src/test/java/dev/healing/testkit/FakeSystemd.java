package dev.healing.testkit;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.Protection;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A service manager with the units that you add. Its jobs take virtual time. */
public final class FakeSystemd implements Systemd {
  /**
   * What comes of a restart.
   *
   * @param comesBack whether the unit is active afterwards; failed if not
   * @param takes how long the job runs; empty if it never ends
   */
  public record Restart(boolean comesBack, Optional<Duration> takes) {
    /** It is up at once. */
    public static final Restart COMES_BACK = new Restart(true, Optional.of(Duration.ZERO));

    /** It fails again at once. */
    public static final Restart FAILS_AGAIN = new Restart(false, Optional.of(Duration.ZERO));

    /** The job stays there. */
    public static final Restart NEVER_ENDS = new Restart(true, Optional.empty());

    /** It is up after this time. */
    public static Restart comesBackAfter(Duration duration) {
      return new Restart(true, Optional.of(duration));
    }
  }

  private static final Pattern UNIT_NAME =
      Pattern.compile("[A-Za-z0-9:_.\\\\@-]+\\.(service|socket|mount|timer|target|slice|scope)");

  private final VirtualTime time;
  private final Supplier<Protection> protection;
  private final Map<String, UnitState> units = new TreeMap<>();
  private final Map<String, String> aliases = new TreeMap<>();
  private final Map<String, Restart> restarts = new HashMap<>();
  private final Map<String, Long> startedAgain = new TreeMap<>();
  private final Map<Long, String> running = new HashMap<>();
  private final List<Job> queued = new ArrayList<>();
  private int jobsListed;
  private final List<String> asked = new ArrayList<>();
  private final List<String> reloaded = new ArrayList<>();
  private final Map<String, Map<String, String>> properties = new TreeMap<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private Availability availability = new Availability(true, true, "D-Bus");
  private final Map<String, Map<Limit, Long>> limits = new TreeMap<>();
  private Runnable limited = () -> {};
  private boolean hangs;
  private int filesRead;
  private long jobs;
  private long invocations;

  /** No units. */
  public FakeSystemd(VirtualTime time) {
    this(time, Protection::vitalOnly);
  }

  FakeSystemd(VirtualTime time, Supplier<Protection> protection) {
    this.time = time;
    this.protection = protection;
  }

  /** Adds an active service that requires these units. */
  public FakeSystemd service(String name, String... requires) {
    units.put(name, state(name, "active", "running", "success", Set.of(requires)));
    return this;
  }

  /** Adds or replaces a unit. */
  public FakeSystemd unit(UnitState unit) {
    units.put(unit.name(), unit);
    return this;
  }

  /** Gives a unit another name. */
  public FakeSystemd alias(String alias, String unit) {
    aliases.put(alias, known(unit).name());
    return this;
  }

  /** What its restarts come to from now on; {@link Restart#COMES_BACK} for all others. */
  public FakeSystemd whenRestarted(String unit, Restart restart) {
    restarts.put(unit, restart);
    return this;
  }

  /** The unit fails, and so do all that require it. */
  public FakeSystemd fail(String name) {
    UnitState unit = known(name);
    units.put(name, state(name, "failed", "failed", "exit-code", unit.requires()));
    tell(name);
    List<String> dependents = new ArrayList<>();
    for (UnitState other : units.values()) {
      if (other.requires().contains(name) && other.active()) {
        dependents.add(other.name());
      }
    }
    dependents.forEach(this::fail);
    return this;
  }

  /** The unit is up again by itself. */
  public FakeSystemd recover(String name) {
    invocations++;
    units.put(name, state(name, "active", "running", "success", known(name).requires()));
    tell(name);
    return this;
  }

  /** It has started this service again by itself, so often since somebody started it. */
  public FakeSystemd startedAgain(String service, long times) {
    startedAgain.put(service, times);
    return this;
  }

  /** What {@link #properties} says of a unit from now on. */
  public FakeSystemd property(String unit, String name, String value) {
    properties.computeIfAbsent(unit, u -> new TreeMap<>()).put(name, value);
    return this;
  }

  /** How it is reached from now on, if at all. */
  public FakeSystemd availability(Availability next) {
    availability = next;
    return this;
  }

  /** It is there, and hangs: nothing that it is asked is answered in time. */
  public FakeSystemd hangs() {
    return hangs(true);
  }

  /** Whether it hangs from now on. */
  public FakeSystemd hangs(boolean hanging) {
    hangs = hanging;
    return this;
  }

  /** Whoever subscribed is gone, as when the process under test was killed. */
  public void forgetSubscribers() {
    listeners.clear();
  }

  /** The units for which a restart was asked, oldest first. */
  public List<String> restarted() {
    return List.copyOf(asked);
  }

  /** The units for which a reload was asked, oldest first. */
  public List<String> reloaded() {
    return List.copyOf(reloaded);
  }

  /** The jobs that it has besides those of restarts from now on. */
  public FakeSystemd queue(Job... jobs) {
    queued.clear();
    queued.addAll(List.of(jobs));
    return this;
  }

  /** How often its jobs were asked for. */
  public int jobsListed() {
    return jobsListed;
  }

  /** How often it was asked to read the unit files again. */
  public int filesRead() {
    return filesRead;
  }

  @Override
  public Availability availability() {
    return availability;
  }

  @Override
  public Systemd asOfNow() {
    return new AsOfNow(this, new HashMap<>(), new HashMap<>(), new HashMap<>());
  }

  @Override
  public List<UnitState> failedUnits() {
    answer();
    return units.values().stream().filter(UnitState::failed).toList();
  }

  @Override
  public List<Job> jobs() {
    answer();
    jobsListed++;
    List<Job> all = new ArrayList<>(queued);
    running.forEach((job, unit) -> all.add(new Job(job, unit, "restart", true)));
    return all;
  }

  @Override
  public Map<String, Long> startedAgain() {
    answer();
    return availability.signals() && !listeners.isEmpty()
        ? Map.copyOf(startedAgain)
        : Systemd.super.startedAgain();
  }

  @Override
  public Optional<UnitState> unit(String name) {
    answer();
    check(name);
    return Optional.ofNullable(units.get(aliases.getOrDefault(name, name)));
  }

  @Override
  public Set<String> names(String name) {
    if (!availability.available()) {
      return Set.of(name);
    }
    answer();
    check(name);
    String own = aliases.getOrDefault(name, name);
    Set<String> names = new TreeSet<>(Set.of(own));
    aliases.forEach((alias, unit) -> names.addAll(unit.equals(own) ? Set.of(alias) : Set.of()));
    return names;
  }

  /** What was given with {@link #property}, and who requires whom. */
  @Override
  public Map<String, String> properties(String name, Set<String> names) {
    answer();
    check(name);
    Map<String, String> all = new HashMap<>(properties.getOrDefault(name, Map.of()));
    UnitState unit = units.get(name);
    if (unit != null) {
      all.merge("Requires", String.join(" ", unit.requires()), (given, own) -> given + " " + own);
    }
    String requiring =
        units.values().stream()
            .filter(other -> other.requires().contains(name))
            .map(UnitState::name)
            .collect(Collectors.joining(" "));
    all.merge("RequiredBy", requiring, (given, own) -> given + " " + own);
    all.keySet().retainAll(names);
    return all;
  }

  @Override
  public long reload(String name) {
    answer();
    touchable(name);
    reloaded.add(name);
    return ++jobs;
  }

  @Override
  public void readUnitFilesAgain() {
    answer();
    filesRead++;
    properties.values().forEach(own -> own.remove("NeedDaemonReload"));
  }

  private UnitState touchable(String name) {
    check(name);
    Optional<String> why = protection.get().unit(name);
    if (why.isPresent()) {
      throw new RefusedException(why.get());
    }
    UnitState unit = units.get(name);
    if (unit == null) {
      throw new HostException("Unit " + name + " not found.");
    }
    return unit;
  }

  @Override
  public long restart(String name) {
    answer();
    UnitState unit = touchable(name);
    asked.add(name);
    long job = ++jobs;
    Restart restart = restarts.getOrDefault(name, Restart.COMES_BACK);
    if (restart.takes().equals(Optional.of(Duration.ZERO))) {
      finish(name, restart);
      return job;
    }
    running.put(job, name);
    units.put(name, state(name, "activating", "start", "success", unit.requires()));
    restart
        .takes()
        .ifPresent(
            takes ->
                time.happens(
                    takes,
                    "job of " + name,
                    () -> {
                      running.remove(job);
                      finish(name, restart);
                    }));
    return job;
  }

  private void finish(String name, Restart restart) {
    if (restart.comesBack()) {
      recover(name);
    } else {
      fail(name);
    }
  }

  @Override
  public OptionalLong limit(String name, Limit limit) {
    answer();
    check(name);
    Long value = limits.getOrDefault(name, Map.of()).get(limit);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  @Override
  public void setLimit(String name, Limit limit, OptionalLong value) {
    answer();
    check(name);
    Optional<String> why = protection.get().unit(name);
    if (value.isPresent() && why.isPresent()) {
      throw new RefusedException(why.get());
    }
    if (!units.containsKey(name)) {
      throw new HostException("Unit " + name + " not found.");
    }
    Map<Limit, Long> own = limits.computeIfAbsent(name, n -> new EnumMap<>(Limit.class));
    if (value.isPresent()) {
      own.put(limit, value.getAsLong());
    } else {
      own.remove(limit);
    }
    limited.run();
  }

  /** What happens whenever a limit was set. */
  public FakeSystemd whenLimited(Runnable next) {
    limited = next;
    return this;
  }

  @Override
  public boolean jobRunning(long job) {
    answer();
    return running.containsKey(job);
  }

  @Override
  public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    if (!availability.available() || !availability.signals()) {
      return Optional.empty();
    }
    listeners.add(changed);
    return Optional.of(() -> listeners.remove(changed));
  }

  private void answer() {
    time.requireAlive();
    if (hangs || !availability.available()) {
      throw new HostException("systemd does not answer: " + availability.how());
    }
  }

  private void tell(String name) {
    if (availability.signals()) {
      listeners.forEach(listener -> listener.accept(name));
    }
  }

  private UnitState known(String name) {
    UnitState unit = units.get(name);
    if (unit == null) {
      throw new IllegalArgumentException(name + " was never added; there are " + units.keySet());
    }
    return unit;
  }

  private static void check(String name) {
    if (!UNIT_NAME.matcher(name).matches()) {
      throw new HostException("'" + name + "' is no unit name");
    }
  }

  private UnitState state(
      String name, String active, String sub, String result, Set<String> requires) {
    return new UnitState(
        name,
        "loaded",
        active,
        sub,
        result,
        "simple",
        active.equals("active") ? OptionalLong.of(1000 + invocations) : OptionalLong.empty(),
        String.format("%032x", invocations),
        Optional.of(time.now()),
        requires);
  }

  /** Remembers what was said of each unit first. */
  private record AsOfNow(
      FakeSystemd systemd,
      Map<String, Optional<UnitState>> units,
      Map<String, Set<String>> names,
      Map<List<Object>, Map<String, String>> properties)
      implements Systemd {
    @Override
    public Optional<UnitState> unit(String name) {
      return units.computeIfAbsent(name, systemd::unit);
    }

    @Override
    public Set<String> names(String unit) {
      return names.computeIfAbsent(unit, systemd::names);
    }

    @Override
    public Map<String, String> properties(String unit, Set<String> wanted) {
      return properties.computeIfAbsent(
          List.of(unit, wanted), asked -> systemd.properties(unit, wanted));
    }

    @Override
    public Availability availability() {
      return systemd.availability();
    }

    @Override
    public List<UnitState> failedUnits() {
      return systemd.failedUnits();
    }

    @Override
    public List<Job> jobs() {
      return systemd.jobs();
    }

    @Override
    public Map<String, Long> startedAgain() {
      return systemd.startedAgain();
    }

    @Override
    public long restart(String unit) {
      return systemd.restart(unit);
    }

    @Override
    public long reload(String unit) {
      return systemd.reload(unit);
    }

    @Override
    public void readUnitFilesAgain() {
      systemd.readUnitFilesAgain();
    }

    @Override
    public boolean jobRunning(long job) {
      return systemd.jobRunning(job);
    }

    @Override
    public OptionalLong limit(String service, Limit limit) {
      return systemd.limit(service, limit);
    }

    @Override
    public void setLimit(String service, Limit limit, OptionalLong value) {
      systemd.setLimit(service, limit, value);
    }

    @Override
    public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
      return systemd.subscribe(changed);
    }
  }
}
