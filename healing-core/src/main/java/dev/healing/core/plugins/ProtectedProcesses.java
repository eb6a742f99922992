package dev.healing.core.plugins;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.Protection;
import dev.healing.spi.Systemd;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Refuses to signal what is protected, looking at the process right before. */
record ProtectedProcesses(HostProcesses host, Systemd systemd, Protection protection)
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

  /** Looks at the process right before it is signalled. */
  private record ProtectedHeld(Held held, ProtectedProcesses processes) implements Held {
    @Override
    public Optional<ProcessState> now() {
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
      Optional<ProcessState> now = held.now();
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
}
