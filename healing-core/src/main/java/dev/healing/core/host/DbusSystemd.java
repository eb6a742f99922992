package dev.healing.core.host;

import static dev.healing.core.host.BusValues.hex;
import static dev.healing.core.host.BusValues.list;
import static dev.healing.core.host.BusValues.number;
import static dev.healing.core.host.BusValues.shown;
import static dev.healing.core.host.BusValues.text;
import static dev.healing.core.host.BusValues.unwrap;
import static dev.healing.core.host.BusValues.value;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.UInt64;
import org.freedesktop.dbus.types.Variant;

/** systemd over one connection to the system bus. See org.freedesktop.systemd1(5). */
final class DbusSystemd implements Systemd, AutoCloseable {
  private static final String MANAGER_PATH = "/org/freedesktop/systemd1";
  private static final String MANAGER = "org.freedesktop.systemd1.Manager";
  private static final String UNIT = "org.freedesktop.systemd1.Unit";
  private static final String PROPERTIES = "org.freedesktop.DBus.Properties";

  private static final Set<String> WITH_RESULT =
      Set.of("service", "socket", "mount", "automount", "swap", "path", "timer", "scope");

  private final Bus bus;
  private final Optional<Map<String, Map<?, ?>>> seen;
  private final UnitSignals signals = new UnitSignals(System::nanoTime);

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
    return signals.failed(this::failedNames, this::failedUnit);
  }

  private Optional<UnitState> failedUnit(String name) {
    return unit(name).filter(UnitState::failed);
  }

  private List<String> failedNames() {
    Object[] reply =
        manager( // a(ssssssouso)
            Bus.LOOK_LIMIT, "ListUnitsFiltered", "as", (Object) new String[] {"failed"});
    List<String> names = new ArrayList<>();
    for (Object row : list(reply[0])) {
      list(row).stream()
          .findFirst()
          .map(String::valueOf)
          .filter(UnitName::valid)
          .ifPresent(names::add);
    }
    return names;
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
    return signals.startedAgain().orElseGet(Systemd.super::startedAgain);
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
              result == null ? "" : String.valueOf(answered(result)),
              type == null ? "" : String.valueOf(answered(type)),
              mainPid == null ? 0 : number(answered(mainPid)),
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

  private Object property(String path, String suffix, String name) throws Bus.CallException {
    return answered(askFor(path, suffix, name));
  }

  private Bus.Sent askFor(String path, String suffix, String name) {
    String type =
        "org.freedesktop.systemd1."
            + suffix.substring(0, 1).toUpperCase(Locale.ROOT)
            + suffix.substring(1);
    return bus.send(Bus.LIMIT, path, PROPERTIES, "Get", "ss", type, name);
  }

  private static Object answered(Bus.Sent asked) throws Bus.CallException {
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

  @Override
  public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    signals.listen(bus, changed);
    manager(Bus.LIMIT, "Subscribe", "");
    signals.subscribed(this::failedNames);
    return Optional.of(this);
  }

  private Object[] manager(Duration limit, String member, String signature, Object... arguments) {
    try {
      return bus.send(limit, MANAGER_PATH, MANAGER, member, signature, arguments).answer();
    } catch (Bus.CallException e) {
      throw new HostException("systemd refused: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    bus.close();
  }
}
