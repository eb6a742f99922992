package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.Systemd;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** A host without systemd, and why we think so. */
final class NoSystemd implements Systemd {
  private final String why;

  NoSystemd(String why) {
    this.why = "no systemd: " + why;
  }

  @Override
  public Availability availability() {
    return new Availability(false, false, why);
  }

  @Override
  public List<UnitState> failedUnits() {
    throw new HostException(why);
  }

  @Override
  public Map<String, Long> startedAgain() {
    throw new HostException(why);
  }

  @Override
  public List<Job> jobs() {
    throw new HostException(why);
  }

  @Override
  public Optional<UnitState> unit(String name) {
    throw new HostException(why);
  }

  @Override
  public Set<String> names(String unit) {
    return Set.of(unit);
  }

  @Override
  public Map<String, String> properties(String unit, Set<String> names) {
    throw new HostException(why);
  }

  @Override
  public long restart(String unit) {
    throw new HostException(why);
  }

  @Override
  public long reload(String unit) {
    throw new HostException(why);
  }

  @Override
  public void readUnitFilesAgain() {
    throw new HostException(why);
  }

  @Override
  public OptionalLong limit(String service, Limit limit) {
    throw new HostException(why);
  }

  @Override
  public void setLimit(String service, Limit limit, OptionalLong value) {
    throw new HostException(why);
  }

  @Override
  public boolean jobRunning(long job) {
    throw new HostException(why);
  }

  @Override
  public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    return Optional.empty();
  }
}
