package dev.healing.core.host;

import dev.healing.api.UnitState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.matchrules.DBusMatchRule;
import org.freedesktop.dbus.matchrules.DBusMatchRuleBuilder;
import org.freedesktop.dbus.messages.DBusSignal;
import org.jspecify.annotations.Nullable;

/**
 * What signals of systemd say of units: which fail and recover, which were started again, and so
 * what need not be asked at every look. There is no signal for "failed": ActiveState is watched.
 * Signals come on a thread of the bus; safe for several threads.
 */
final class UnitSignals {
  private static final System.Logger LOG = System.getLogger(UnitSignals.class.getName());
  private static final String UNIT = "org.freedesktop.systemd1.Unit";
  private static final String SERVICE = "org.freedesktop.systemd1.Service";
  private static final String FAILED = "failed";
  private static final int MOST_STARTED_AGAIN = 1000;

  /** How long it is believed that nothing is failed while no signal says otherwise. */
  private static final long BELIEVED_NANOS = Duration.ofSeconds(10).toNanos();

  private final LongSupplier nanos;
  private final KnownUnits known;
  private final Set<String> failed = ConcurrentHashMap.newKeySet();
  private final Map<String, Long> startedAgain = new ConcurrentHashMap<>();
  private final AtomicLong signals = new AtomicLong();
  private volatile boolean subscribed;
  private volatile @Nullable Calm calm;

  /** Nothing was failed when that was asked, after so many signals. */
  private record Calm(long signals, long atNanos) {}

  UnitSignals(LongSupplier nanos) {
    this.nanos = nanos;
    this.known = new KnownUnits(nanos);
  }

  /**
   * Listens to what the bus sends. It filters, so that only changes of units and services wake us;
   * closing the connection ends it.
   *
   * @param changed is given the names of units that fail and of those that no longer do
   */
  void listen(Bus bus, Consumer<String> changed) {
    bus.onSignal(changesOf(UNIT), signal -> heard(signal, UNIT, (u, p) -> unit(u, p, changed)));
    bus.onSignal(changesOf(SERVICE), signal -> heard(signal, SERVICE, this::service));
  }

  private static DBusMatchRule changesOf(String type) {
    return DBusMatchRuleBuilder.create()
        .withType("signal")
        .withInterface("org.freedesktop.DBus.Properties")
        .withMember("PropertiesChanged")
        .withPathNamespace("/org/freedesktop/systemd1/unit")
        .withArg0123(0, type)
        .build();
  }

  /**
   * systemd sends signals from now on.
   *
   * @param names those of the units that are failed, asked after that
   */
  void subscribed(Supplier<List<String>> names) {
    subscribed = true;
    failed.addAll(names.get());
  }

  /**
   * What is failed, as it was said for as long as no signal says otherwise.
   *
   * @param names asks which those are
   * @param unit asks how one is; absent if it is not failed
   */
  List<UnitState> failed(Supplier<List<String>> names, Function<String, Optional<UnitState>> unit) {
    Calm last = calm;
    Calm now = new Calm(signals.get(), nanos.getAsLong());
    if (last != null
        && last.signals() == now.signals()
        && now.atNanos() - last.atNanos() < BELIEVED_NANOS) {
      return List.of();
    }
    List<String> asked = names.get();
    calm = subscribed && asked.isEmpty() ? now : null;
    return subscribed
        ? known.of(asked, unit)
        : asked.stream().flatMap(name -> unit.apply(name).stream()).toList();
  }

  /** How often each service was started again by systemd; absent while no signals come. */
  Optional<Map<String, Long>> startedAgain() {
    return subscribed ? Optional.of(Map.copyOf(startedAgain)) : Optional.empty();
  }

  /** What a signal says of a unit; one that is of another type is for another handler. */
  private void heard(DBusSignal signal, String type, BiConsumer<String, Map<?, ?>> handler) {
    String path = String.valueOf(signal.getPath());
    changed(path);
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

  /** Something of this object is another now: what was said of it before is not believed. */
  void changed(String path) {
    signals.incrementAndGet();
    UnitName.ofObjectPath(path).ifPresent(known::changed);
  }

  void unit(String unit, Map<?, ?> properties, Consumer<String> changed) {
    if (!properties.containsKey("ActiveState")) {
      return;
    }
    Object state = BusValues.value(properties, "ActiveState");
    boolean wasFailed = failed.remove(unit);
    if (state.equals(FAILED)) {
      failed.add(unit);
    }
    if (wasFailed || state.equals(FAILED)) {
      changed.accept(unit);
    }
  }

  void service(String unit, Map<?, ?> properties) {
    if (!properties.containsKey("NRestarts")) {
      return;
    }
    long count = BusValues.number(BusValues.value(properties, "NRestarts"));
    if (startedAgain.size() >= MOST_STARTED_AGAIN) {
      startedAgain.clear(); // names that come and go: who still flaps is told of again
    }
    if (count > 0) {
      startedAgain.put(unit, count);
    } else {
      startedAgain.remove(unit);
    }
  }
}
