package dev.healing.core.plugins;

import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.Protection;
import dev.healing.spi.Systemd;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Refuses to touch protected units, whatever was seen of them before. */
record ProtectedSystemd(Systemd host, Systemd seen, HostProcesses processes, Protection protection)
    implements Systemd {
  @Override
  public Availability availability() {
    return host.availability();
  }

  @Override
  public Systemd asOfNow() {
    return new ProtectedSystemd(host, host.asOfNow(), processes, protection);
  }

  @Override
  public List<UnitState> failedUnits() {
    return host.failedUnits();
  }

  @Override
  public Map<String, Long> startedAgain() {
    return host.startedAgain();
  }

  @Override
  public List<Job> jobs() {
    return host.jobs();
  }

  @Override
  public Optional<UnitState> unit(String name) {
    return seen.unit(name);
  }

  @Override
  public Set<String> names(String unit) {
    return seen.names(unit);
  }

  @Override
  public Map<String, String> properties(String unit, Set<String> names) {
    return seen.properties(unit, names);
  }

  @Override
  public long restart(String unit) {
    Systemd now = host.asOfNow();
    refuse(protection.unit(unit, now));
    String name = now.unit(unit).map(UnitState::name).orElse(unit); // it may be an alias
    Set<String> reached = new TreeSet<>(now.reachedByRestart(name));
    reached.removeIf(other -> !atWork(now, other));
    for (String other : reached) {
      refuse(
          protection
              .unit(other, now)
              .map(w -> "restarting " + name + " would stop or restart " + other + ": " + w));
    }
    if (atWork(now, name)) {
      reached.add(name);
    }
    if (!reached.isEmpty()) {
      refuse(protection.within(reached, processes));
    }
    return host.restart(name);
  }

  private static boolean atWork(Systemd now, String unit) {
    return now.unit(unit).filter(UnitState::atWork).isPresent();
  }

  @Override
  public long reload(String unit) {
    refuse(protection.unit(unit, host));
    String name = host.unit(unit).map(UnitState::name).orElse(unit);
    for (String other : host.related(name, Set.of("PropagatesReloadTo"))) {
      refuse(protection.unit(other, host).map(w -> name + " would reload " + other + ": " + w));
    }
    return host.reload(name);
  }

  @Override
  public void readUnitFilesAgain() {
    host.readUnitFilesAgain();
  }

  private static void refuse(Optional<String> why) {
    if (why.isPresent()) {
      throw new RefusedException(why.orElseThrow());
    }
  }

  @Override
  public OptionalLong limit(String service, Limit limit) {
    return host.limit(service, limit);
  }

  @Override
  public void setLimit(String service, Limit limit, OptionalLong value) {
    // Whoever is protected is protected from limits, not from being freed of one.
    if (value.isPresent()) {
      refuse(protection.unit(service, host));
    }
    host.setLimit(service, limit, value);
  }

  @Override
  public boolean jobRunning(long job) {
    return host.jobRunning(job);
  }

  @Override
  public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    return host.subscribe(changed);
  }
}
