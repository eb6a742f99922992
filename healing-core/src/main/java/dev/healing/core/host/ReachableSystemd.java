package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Systemd;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.jspecify.annotations.Nullable;

/**
 * systemd by the best way there is now: the bus, else {@code systemctl}, else not at all. A bus
 * that went away is tried again, and who listens is told that something may have been missed.
 */
final class ReachableSystemd implements Systemd, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ReachableSystemd.class.getName());
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final long RETRY_NANOS = Duration.ofSeconds(10).toNanos();

  private final HostFiles files;
  private final ProcessCommands commands;
  private final DaemonWorkers workers;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private @Nullable DbusSystemd bus;
  private @Nullable Long failedAtNanos;
  private boolean listening;
  private boolean reconnecting;
  private volatile boolean closed;

  ReachableSystemd(HostFiles files, ProcessCommands commands, DaemonWorkers workers) {
    this.files = files;
    this.commands = commands;
    this.workers = workers;
  }

  private synchronized Systemd best() {
    if (!Files.isDirectory(files.path("/run/systemd/system"))) {
      return new NoSystemd("this host was not booted with it (/run/systemd/system is missing)");
    }
    boolean tooSoon =
        failedAtNanos != null && System.nanoTime() - failedAtNanos < RETRY_NANOS || closed;
    if (bus != null && bus.connected() || !tooSoon && connect()) {
      return Objects.requireNonNull(bus);
    }
    if (commands.which("systemctl").isPresent()) {
      return new SystemctlSystemd(commands);
    }
    return new NoSystemd("neither the system bus nor systemctl can be reached");
  }

  /** Called under the lock. */
  private boolean connect() {
    DbusSystemd fresh = null;
    try {
      fresh = new DbusSystemd(Bus.connect(DBusConnectionBuilder.forSystemBus(), workers));
      DbusSystemd connected = fresh;
      connected.onLost(() -> lost(connected));
      if (!listeners.isEmpty()) {
        connected.subscribe(this::tell);
        listening = true;
        workers.start("systemd-resync", () -> tell(""));
      } else {
        listening = false;
      }
      bus = connected;
      failedAtNanos = null;
      return true;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "no D-Bus: {0}", e.toString());
      bus = null;
      failedAtNanos = System.nanoTime();
      if (fresh != null) {
        fresh.close();
      }
      return false;
    }
  }

  /** On a thread of the bus. */
  private void lost(DbusSystemd which) {
    if (!closed) {
      workers.start("systemd-lost", () -> reconnect(which));
    }
  }

  private void reconnect(DbusSystemd which) {
    synchronized (this) {
      if (closed || reconnecting || listeners.isEmpty() || bus != which && bus != null) {
        return;
      }
      bus = null;
      reconnecting = true;
    }
    LOG.log(System.Logger.Level.WARNING, "the system bus is gone; trying to reach it again");
    try {
      Duration wait = FIRST_WAIT;
      while (!reconnected()) {
        workers.sleep(wait);
        wait = wait.multipliedBy(2);
        wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (this) {
        reconnecting = false;
      }
    }
  }

  private synchronized boolean reconnected() {
    return closed || bus != null && bus.connected() || connect();
  }

  private void tell(String unit) {
    if (!ApartUnit.named(unit)) {
      listeners.forEach(listener -> listener.accept(unit));
    }
  }

  @Override
  public Availability availability() {
    return best().availability();
  }

  @Override
  public Systemd asOfNow() {
    return best().asOfNow();
  }

  @Override
  public List<UnitState> failedUnits() {
    return best().failedUnits().stream().filter(unit -> !ApartUnit.named(unit.name())).toList();
  }

  @Override
  public Map<String, Long> startedAgain() {
    return best().startedAgain();
  }

  @Override
  public List<Job> jobs() {
    return best().jobs();
  }

  @Override
  public Optional<UnitState> unit(String name) {
    return best().unit(UnitName.require(name));
  }

  @Override
  public Set<String> names(String unit) {
    return best().names(UnitName.require(unit));
  }

  @Override
  public Map<String, String> properties(String unit, Set<String> names) {
    return best().properties(UnitName.require(unit), names);
  }

  @Override
  public long restart(String unit) {
    return best().restart(UnitName.require(unit));
  }

  @Override
  public long reload(String unit) {
    return best().reload(UnitName.require(unit));
  }

  @Override
  public void readUnitFilesAgain() {
    best().readUnitFilesAgain();
  }

  @Override
  public OptionalLong limit(String service, Limit limit) {
    return best().limit(service, limit);
  }

  @Override
  public void setLimit(String service, Limit limit, OptionalLong value) {
    best().setLimit(service, limit, value);
  }

  @Override
  public boolean jobRunning(long job) {
    return best().jobRunning(job);
  }

  @Override
  public synchronized Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    Systemd now = best();
    if (!now.availability().available()) {
      return Optional.empty();
    }
    listeners.add(changed); // heard as soon as there is a bus, if not yet
    try {
      if (now instanceof DbusSystemd connected && !listening) {
        connected.subscribe(this::tell);
        listening = true;
      }
    } catch (HostException e) {
      listeners.remove(changed);
      throw e;
    }
    return Optional.of(() -> listeners.remove(changed));
  }

  @Override
  public synchronized void close() {
    closed = true;
    listeners.clear();
    if (bus != null) {
      bus.close();
      bus = null;
    }
  }
}
