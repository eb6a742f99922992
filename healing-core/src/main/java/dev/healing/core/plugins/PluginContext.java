package dev.healing.core.plugins;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.MeasuredPast;
import dev.healing.spi.Protection;
import dev.healing.spi.StateStore;
import dev.healing.spi.Systemd;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The host as it is handed to one plugin: with the plugin's own section of the configuration and
 * its own durable state, and with what is protected put out of reach, whatever the plugin asks for.
 */
final class PluginContext implements HostContext {
  private final HostContext host;
  private final Protection protection;
  private final Memory memory;
  private final String owner;
  private final Configuration configuration;
  private final HostProcesses processes;
  private final Systemd systemd;
  private final StateStore state;
  private final MeasuredPast past;

  /**
   * For one plugin.
   *
   * @param owner the plugin: {@code kind.name}
   */
  PluginContext(
      HostContext host,
      Protection protection,
      Memory memory,
      String owner,
      Configuration configuration) {
    this.host = host;
    this.protection = protection;
    this.memory = memory;
    this.owner = owner;
    this.configuration = configuration;
    this.processes = new ProtectedProcesses(host.processes(), host.systemd(), protection);
    this.systemd =
        new ProtectedSystemd(host.systemd(), host.systemd(), host.processes(), protection);
    this.state = new PluginState(host.state(), owner);
    this.past = new KeptPast(host.state(), host.time());
  }

  @Override
  public TimeSource time() {
    return host.time();
  }

  @Override
  public Workers workers() {
    return host.workers();
  }

  @Override
  public CommandRunner commands() {
    return host.commands();
  }

  @Override
  public HostFiles files() {
    return host.files();
  }

  @Override
  public HostProcesses processes() {
    return processes;
  }

  @Override
  public Systemd systemd() {
    return systemd;
  }

  @Override
  public StateStore state() {
    return state;
  }

  @Override
  public MeasuredPast past() {
    return past;
  }

  @Override
  public <T> T memory(Class<T> type, Supplier<T> empty) {
    return memory.of(owner, type, empty);
  }

  @Override
  public Protection protection() {
    return protection;
  }

  @Override
  public Set<Privilege> privileges() {
    return host.privileges();
  }

  @Override
  public Configuration configuration() {
    return configuration;
  }

  /** Refuses to signal what is protected, looking at the process right before. */
  private record ProtectedProcesses(HostProcesses host, Systemd systemd, Protection protection)
      implements HostProcesses {
    @Override
    public List<ProcessState> all() {
      return host.all();
    }

    @Override
    public Optional<ProcessState> find(long pid) {
      return host.find(pid);
    }

    @Override
    public List<Long> ourselves() {
      return host.ourselves();
    }

    @Override
    public Optional<Held> hold(Ref ref) {
      return host.hold(ref).map(held -> new ProtectedHeld(held, this));
    }

    @Override
    public List<Held> terminate(List<Held> all) {
      return signal(all, host::terminate);
    }

    @Override
    public List<Held> kill(List<Held> all) {
      return signal(all, host::kill);
    }

    /** Refuses all if one of them is protected. */
    private static List<Held> signal(List<Held> all, UnaryOperator<List<Held>> send) {
      Map<Held, Held> unprotected = new LinkedHashMap<>();
      for (Held one : all) {
        ProtectedHeld held = (ProtectedHeld) one;
        if (held.check()) {
          unprotected.put(held.held, held);
        }
      }
      return send.apply(List.copyOf(unprotected.keySet())).stream()
          .map(held -> Objects.requireNonNull(unprotected.get(held)))
          .toList();
    }
  }

  /** Looks at the process right before it is signalled. */
  private record ProtectedHeld(HostProcesses.Held held, ProtectedProcesses processes)
      implements HostProcesses.Held {
    @Override
    public Optional<HostProcesses.ProcessState> now() {
      return held.now();
    }

    @Override
    public boolean terminate() {
      return check() && held.terminate();
    }

    @Override
    public boolean kill() {
      return check() && held.kill();
    }

    private boolean check() {
      Optional<HostProcesses.ProcessState> now = held.now();
      now.flatMap(
              process ->
                  processes.protection.process(
                      process, processes.host.ourselves(), processes.systemd))
          .ifPresent(
              why -> {
                throw new RefusedException(why);
              });
      return now.isPresent();
    }

    @Override
    public void close() {
      held.close();
    }
  }

  /** Refuses to touch protected units, whatever was seen of them before. */
  private record ProtectedSystemd(
      Systemd host, Systemd seen, HostProcesses processes, Protection protection)
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
}
