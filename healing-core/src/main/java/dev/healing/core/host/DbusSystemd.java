package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.matchrules.DBusMatchRule;
import org.freedesktop.dbus.matchrules.DBusMatchRuleBuilder;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.UInt64;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;

/** systemd over one connection to the system bus. See org.freedesktop.systemd1(5). */
final class DbusSystemd implements Systemd, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DbusSystemd.class.getName());
  private static final String MANAGER_PATH = "/org/freedesktop/systemd1";
  private static final String MANAGER = "org.freedesktop.systemd1.Manager";
  private static final String UNIT = "org.freedesktop.systemd1.Unit";
  private static final String SERVICE = "org.freedesktop.systemd1.Service";
  private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
  private static final String FAILED = "failed";
  private static final int MOST_STARTED_AGAIN = 1000;

  /** How long it is believed that nothing is failed while no signal says otherwise. */
  private static final long BELIEVED_NANOS = Duration.ofSeconds(10).toNanos();

  private static final Set<String> WITH_RESULT =
      Set.of("service", "socket", "mount", "automount", "swap", "path", "timer", "scope");

  private final Bus bus;
  private final Optional<Map<String, Map<?, ?>>> seen;
  private final Set<String> failed = ConcurrentHashMap.newKeySet();
  private final Map<String, Long> startedAgain = new ConcurrentHashMap<>();
  private final KnownUnits known = new KnownUnits(System::nanoTime);
  private final AtomicLong signals = new AtomicLong();
  private volatile boolean subscribed;
  private volatile @Nullable Calm calm;

  /** Nothing was failed when that was asked, after so many signals. */
  private record Calm(long signals, long atNanos) {}

  DbusSystemd(Bus bus) {
    this(bus, Optional.empty());
  }

  /** With what was seen of units by the paths of their objects, if that is to be remembered. */
  private DbusSystemd(Bus bus, Optional<Map<String, Map<?, ?>>> seen) {
    this.bus = bus;
    this.seen = seen;
  }

  @Override
  public Systemd asOfNow() {
    return new DbusSystemd(bus, Optional.of(new HashMap<>()));
  }

  @Override
  public Availability availability() {
    return new Availability(true, true, "D-Bus");
  }

  boolean connected() {
    return bus.connected();
  }

  void onLost(Runnable lost) {
    bus.onLost(lost);
  }

  @Override
  public List<UnitState> failedUnits() {
    Calm last = calm;
    Calm now = new Calm(signals.get(), System.nanoTime());
    if (last != null
        && last.signals() == now.signals()
        && now.atNanos() - last.atNanos() < BELIEVED_NANOS) {
      return List.of();
    }
    List<String> names = failedRows().stream().map(row -> String.valueOf(row[0])).toList();
    calm = subscribed && names.isEmpty() ? now : null;
    return subscribed
        ? known.of(names, this::failedUnit)
        : names.stream().flatMap(name -> failedUnit(name).stream()).toList();
  }

  private Optional<UnitState> failedUnit(String name) {
    return unit(name).filter(UnitState::failed);
  }

  private List<Object[]> failedRows() {
    Object[] reply =
        manager( // a(ssssssouso)
            Bus.LOOK_LIMIT, "ListUnitsFiltered", "as", (Object) new String[] {FAILED});
    List<Object[]> rows = new ArrayList<>();
    for (Object row : list(reply[0])) {
      Object[] fields = list(row).toArray();
      if (fields.length > 0 && UnitName.valid(String.valueOf(fields[0]))) {
        rows.add(fields);
      }
    }
    return rows;
  }

  @Override
  public List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    for (Object row : list(manager(Bus.LOOK_LIMIT, "ListJobs", "")[0])) { // a(usssoo)
      Object[] fields = list(row).toArray();
      if (fields.length > 3 && UnitName.valid(String.valueOf(fields[1]))) {
        jobs.add(
            new Job(
                number(fields[0]),
                String.valueOf(fields[1]),
                String.valueOf(fields[2]),
                fields[3].equals("running")));
      }
    }
    return jobs;
  }

  @Override
  public Map<String, Long> startedAgain() {
    return subscribed ? Map.copyOf(startedAgain) : Systemd.super.startedAgain();
  }

  /**
   * The object of a unit that is not loaded loads it: no GetUnit or LoadUnit is needed. All is
   * asked before the first answer is waited for; its result is never older than its state.
   */
  @Override
  public Optional<UnitState> unit(String name) {
    String path = UnitName.objectPath(UnitName.require(name));
    String suffix = name.substring(name.lastIndexOf('.') + 1);
    boolean service = suffix.equals("service");
    try {
      Optional<Bus.Sent> all = askForAll(path);
      Bus.Sent result = WITH_RESULT.contains(suffix) ? askFor(path, suffix, "Result") : null;
      Bus.Sent type = service ? askFor(path, suffix, "Type") : null;
      Bus.Sent mainPid = service ? askFor(path, suffix, "MainPID") : null;
      Map<?, ?> values = ofAny(path, all);
      String loadState = text(values, "LoadState");
      String activeState = text(values, "ActiveState");
      if (loadState.equals("not-found") && activeState.equals("inactive")) {
        return Optional.empty();
      }
      List<String> required = new ArrayList<>();
      for (String kind : List.of("Requires", "Requisite", "BindsTo")) {
        list(value(values, kind)).forEach(unit -> required.add(String.valueOf(unit)));
      }
      return Optional.of(
          UnitDetails.state(
              text(values, "Id"),
              loadState,
              activeState,
              text(values, "SubState"),
              result == null ? "" : String.valueOf(value(result)),
              type == null ? "" : String.valueOf(value(type)),
              mainPid == null ? 0 : number(value(mainPid)),
              hex(value(values, "InvocationID")),
              number(value(values, "StateChangeTimestamp")),
              required));
    } catch (Bus.CallException e) {
      if (e.name().endsWith(".NoSuchUnit") || e.name().endsWith(".UnknownObject")) {
        return Optional.empty();
      }
      throw new HostException(name + " could not be looked at: " + e.getMessage(), e);
    }
  }

  @Override
  public Set<String> names(String unit) {
    return related(unit, Set.of("Names"));
  }

  /** What no unit has is asked for of its kind, one by one: a service has 200 properties. */
  @Override
  public Map<String, String> properties(String unit, Set<String> names) {
    String path = UnitName.objectPath(UnitName.require(unit));
    Map<String, String> found = new HashMap<>();
    try {
      Map<?, ?> ofAny = ofAny(path, askForAll(path));
      for (String name : names) {
        if (ofAny.containsKey(name)) {
          found.put(name, shown(value(ofAny, name)));
        } else {
          ofItsKind(path, unit, name).ifPresent(value -> found.put(name, shown(value)));
        }
      }
      return found;
    } catch (Bus.CallException e) {
      throw new HostException(unit + " could not be looked at: " + e.getMessage(), e);
    }
  }

  /** Asks for what units of every kind have, if it is not remembered. */
  private Optional<Bus.Sent> askForAll(String path) {
    return seen.filter(known -> known.containsKey(path)).isPresent()
        ? Optional.empty()
        : Optional.of(bus.send(Bus.LIMIT, path, PROPERTIES, "GetAll", "s", UNIT));
  }

  private Map<?, ?> ofAny(String path, Optional<Bus.Sent> asked) throws Bus.CallException {
    if (asked.isEmpty()) {
      return seen.orElseThrow().getOrDefault(path, Map.of());
    }
    Map<?, ?> said = (Map<?, ?>) asked.orElseThrow().answer()[0];
    seen.ifPresent(known -> known.put(path, said));
    return said;
  }

  private Optional<Object> ofItsKind(String path, String unit, String name)
      throws Bus.CallException {
    try {
      return Optional.of(property(path, unit.substring(unit.lastIndexOf('.') + 1), name));
    } catch (Bus.CallException e) {
      if (e.name().endsWith(".UnknownProperty") || e.name().endsWith(".UnknownInterface")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String shown(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "yes" : "no";
    }
    return value instanceof Object[] || value instanceof Collection<?>
        ? String.join(" ", list(value).stream().map(String::valueOf).toList())
        : String.valueOf(value);
  }

  private Object property(String path, String suffix, String name) throws Bus.CallException {
    return value(askFor(path, suffix, name));
  }

  private Bus.Sent askFor(String path, String suffix, String name) {
    String type =
        "org.freedesktop.systemd1."
            + suffix.substring(0, 1).toUpperCase(Locale.ROOT)
            + suffix.substring(1);
    return bus.send(Bus.LIMIT, path, PROPERTIES, "Get", "ss", type, name);
  }

  private static Object value(Bus.Sent asked) throws Bus.CallException {
    return unwrap(asked.answer()[0]);
  }

  @Override
  public long restart(String unit) {
    return job("RestartUnit", unit);
  }

  @Override
  public long reload(String unit) {
    return job("ReloadUnit", unit);
  }

  @Override
  public void readUnitFilesAgain() {
    manager(Bus.RELOAD_LIMIT, "Reload", "");
  }

  private long job(String member, String unit) {
    Object[] reply = manager(Bus.LIMIT, member, "ss", UnitName.require(unit), "fail");
    String path = reply[0] instanceof DBusPath object ? object.getPath() : String.valueOf(reply[0]);
    try {
      return Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
    } catch (NumberFormatException e) {
      throw new HostException("systemd answered with a job that has no number: " + path, e);
    }
  }

  @Override
  public OptionalLong limit(String service, Limit limit) {
    try {
      Object value =
          property(
              UnitName.objectPath(UnitName.requireService(service)),
              "service",
              UnitDetails.property(limit));
      return UnitDetails.limit(String.valueOf(value));
    } catch (Bus.CallException e) {
      throw new HostException(service + " could not be looked at: " + e.getMessage(), e);
    }
  }

  @Override
  public void setLimit(String service, Limit limit, OptionalLong value) {
    UInt64 number =
        value.isPresent() ? new UInt64(value.getAsLong()) : new UInt64(UInt64.MAX_BIG_VALUE);
    Object[][] properties = {{UnitDetails.property(limit), new Variant<>(number, "t")}};
    manager(
        Bus.LIMIT,
        "SetUnitProperties",
        "sba(sv)",
        UnitName.requireService(service),
        true,
        properties);
  }

  @Override
  public boolean jobRunning(long job) {
    try {
      bus.call(MANAGER_PATH, MANAGER, "GetJob", "u", new UInt32(job));
      return true;
    } catch (Bus.CallException e) {
      if (e.name().endsWith(".NoSuchJob")) {
        return false;
      }
      throw new HostException("job " + job + " could not be looked at: " + e.getMessage(), e);
    }
  }

  /**
   * There is no signal for "failed": ActiveState is watched. The bus filters, so that only changes
   * of units and services wake us; closing the connection ends it.
   */
  @Override
  public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    bus.onSignal(changesOf(UNIT), signal -> changed(signal, UNIT, (u, p) -> unit(u, p, changed)));
    bus.onSignal(changesOf(SERVICE), signal -> changed(signal, SERVICE, this::service));
    manager(Bus.LIMIT, "Subscribe", "");
    subscribed = true;
    failedRows().forEach(row -> failed.add(String.valueOf(row[0])));
    return Optional.of(this);
  }

  private static DBusMatchRule changesOf(String type) {
    return DBusMatchRuleBuilder.create()
        .withType("signal")
        .withInterface(PROPERTIES)
        .withMember("PropertiesChanged")
        .withPathNamespace("/org/freedesktop/systemd1/unit")
        .withArg0123(0, type)
        .build();
  }

  /** What a signal says of a unit; one that is of another type is for another handler. */
  private void changed(DBusSignal signal, String type, BiConsumer<String, Map<?, ?>> handler) {
    signals.incrementAndGet();
    String path = String.valueOf(signal.getPath());
    UnitName.ofObjectPath(path).ifPresent(known::changed);
    try {
      Object[] values = signal.getParameters();
      if (values == null
          || values.length < 2
          || !type.equals(values[0])
          || !(values[1] instanceof Map<?, ?> properties)) {
        return;
      }
      UnitName.ofObjectPath(path).ifPresent(unit -> handler.accept(unit, properties));
    } catch (DBusException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "a signal of systemd was lost: " + e, e);
    }
  }

  private void unit(String unit, Map<?, ?> properties, Consumer<String> changed) {
    if (!properties.containsKey("ActiveState")) {
      return;
    }
    Object state = value(properties, "ActiveState");
    boolean wasFailed = failed.remove(unit);
    if (state.equals(FAILED)) {
      failed.add(unit);
    }
    if (wasFailed || state.equals(FAILED)) {
      changed.accept(unit);
    }
  }

  private void service(String unit, Map<?, ?> properties) {
    if (!properties.containsKey("NRestarts")) {
      return;
    }
    long count = number(value(properties, "NRestarts"));
    if (startedAgain.size() >= MOST_STARTED_AGAIN) {
      startedAgain.clear(); // names that come and go: who still flaps is told of again
    }
    if (count > 0) {
      startedAgain.put(unit, count);
    } else {
      startedAgain.remove(unit);
    }
  }

  private Object[] manager(Duration limit, String member, String signature, Object... arguments) {
    try {
      return bus.send(limit, MANAGER_PATH, MANAGER, member, signature, arguments).answer();
    } catch (Bus.CallException e) {
      throw new HostException("systemd refused: " + e.getMessage(), e);
    }
  }

  private static String text(Map<?, ?> values, String name) {
    return String.valueOf(value(values, name));
  }

  private static Object value(Map<?, ?> values, String name) {
    Object value = values.get(name);
    return value == null ? "" : unwrap(value);
  }

  private static Object unwrap(Object value) {
    return value instanceof Variant<?> variant ? variant.getValue() : value;
  }

  private static long number(Object value) {
    return value instanceof Number number ? number.longValue() : 0;
  }

  private static Collection<?> list(Object value) {
    if (value instanceof Collection<?> collection) {
      return collection;
    }
    return value instanceof Object[] array ? Arrays.asList(array) : List.of();
  }

  private static String hex(Object value) {
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    }
    StringBuilder text = new StringBuilder();
    list(value).forEach(b -> text.append(HexFormat.of().toHexDigits(((Number) b).byteValue())));
    return text.toString();
  }

  @Override
  public void close() {
    bus.close();
  }
}
