package dev.healing.actions.nixos;

import dev.healing.api.ActionDescription;
import dev.healing.api.HostException;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Preconditions and words that the actions share. */
final class Checks {
  private Checks() {}

  static void treats(ActionDescription action, Issue issue) {
    require(
        action.treats().contains(issue.type()),
        action.id() + " is no remedy for " + issue.type() + "; it treats " + action.treats());
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new RefusedException(otherwise);
    }
  }

  static void refuseIf(Optional<String> why) {
    why.ifPresent(
        text -> {
          throw new RefusedException(text);
        });
  }

  /** Why what needs a service manager cannot be used here. */
  static Optional<String> withoutSystemd(HostContext host) {
    var systemd = host.systemd().availability();
    return systemd.available()
        ? Optional.empty()
        : Optional.of("not applicable here: " + systemd.how());
  }

  /** Why no process can be signalled here: the host does it by perl, or not at all. */
  static Optional<String> withoutPidFd(HostContext host) {
    return host.commands().which("perl").isPresent()
        ? Optional.empty()
        : Optional.of(
            "no process can be signalled here without the chance to hit another that got its"
                + " number: install perl, which can use pidfd");
  }

  /** Whom it would touch who is protected himself: who is in a service, ends or waits with it. */
  static Optional<String> protectedIn(HostContext host, String unit) {
    return host.processes().all().stream()
        .filter(process -> process.units().contains(unit))
        .flatMap(p -> host.protection().process(p, host.processes().ourselves()).stream())
        .findFirst()
        .map(why -> "in " + unit + ": " + why);
  }

  static UnitState unit(HostContext host, String name) {
    return host.systemd()
        .unit(name)
        .orElseThrow(() -> new RefusedException(name + ": systemd knows no such unit"));
  }

  /** What tells that it was neither started again nor the host booted. */
  static Map<String, String> start(HostContext host, UnitState unit) {
    return Map.of("invocation-id", unit.invocationId(), "boot-id", host.time().bootId());
  }

  /** The device number that holds the path, links followed; empty if there is no such path. */
  static Optional<Object> device(HostFiles files, String absolute) {
    Path path = files.path(absolute);
    try {
      return Files.exists(path)
          ? Optional.of(Files.getAttribute(path, "unix:dev"))
          : Optional.empty();
    } catch (IOException e) {
      throw new HostException(absolute + ": its device cannot be read: " + e, e);
    }
  }

  static String size(double bytes) {
    if (bytes >= 1L << 30) {
      return String.format(Locale.ROOT, "%.1f GiB", bytes / (1L << 30));
    }
    if (bytes >= 1L << 20) {
      return String.format(Locale.ROOT, "%.1f MiB", bytes / (1L << 20));
    }
    return String.format(Locale.ROOT, "%.0f KiB", bytes / 1024);
  }

  /** Use down to which to go: as configured, or further if the issue is only over further down. */
  static double target(double configured, Issue issue) {
    Metric clears = Metric.of(Metric.CLEARS_BELOW, issue.components().first());
    return Math.min(configured, issue.metrics().getOrDefault(clears.toString(), configured));
  }
}
