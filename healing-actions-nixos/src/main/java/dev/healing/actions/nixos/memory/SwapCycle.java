package dev.healing.actions.nixos.memory;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.api.ActionReport;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Switches swap off and on again, one device at a time, so that what was pushed out in need is back
 * in memory and there is room for the next time. That takes memory, so it is done last, and only
 * where memory is below its target with all of it back.
 *
 * <p>A unit of its own does both: its ExecStopPost, which switches on, is run by systemd however
 * the first half ends, in time or not, stopped or killed, and whether we are there or not.
 */
record SwapCycle(HostContext host, double target) {
  private static final String UNIT = "healing-swap";
  private static final Duration LONGEST_OFF = Duration.ofSeconds(60);

  /** For the unit to end: a swapoff that is killed puts nothing at risk, the device stays on. */
  private static final Duration LONGEST = LONGEST_OFF.plusSeconds(30);

  /** What no line of a unit could take for anything else. */
  private static final String PLAIN = "/[A-Za-z0-9/._-]+";

  /**
   * A device or file.
   *
   * @param priority as it was set; negative if the kernel chose it
   */
  record Device(String name, String type, long usedBytes, int priority) {}

  /** How long all of it takes at most. */
  static Duration timeLimit() {
    return LONGEST.multipliedBy(2);
  }

  /** All that are on, the fullest first. */
  List<Device> devices() {
    List<Device> devices = new ArrayList<>();
    for (String line : host.files().read("/proc/swaps").orElse("").split("\n")) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length == 5 && (fields[3] + fields[4]).matches("\\d{1,15}-?\\d{1,5}")) {
        long used = Long.parseLong(fields[3]) * 1024;
        devices.add(new Device(fields[0], fields[1], used, Integer.parseInt(fields[4])));
      }
    }
    devices.sort(Comparator.comparingLong(Device::usedBytes).reversed());
    return devices;
  }

  /** Why it would not be safe now to switch this one off; empty if it is. */
  Optional<String> objection(Device device) {
    MemAvailable memory = MemAvailable.read(host);
    String name = device.name();
    if (name.startsWith("/dev/zram") || zswap()) {
      return Optional.of(name + " is or may be held in memory, compressed (zram, zswap)");
    }
    if (!name.matches(PLAIN) || !List.of("partition", "file").contains(device.type())) {
      return Optional.of(name + " (" + device.type() + ") is no plain device or file");
    }
    if (discards()) {
      return Optional.of("/etc/fstab asks for discard, which would not be switched on again");
    }
    if (device.usedBytes() < memory.gainBytes()) {
      return Optional.of("less than " + Checks.size(memory.gainBytes()) + " is in " + name);
    }
    double then = (double) (memory.usedBytes() + device.usedBytes()) / memory.totalBytes();
    return then <= target
        ? Optional.empty()
        : Optional.of(
            String.format(
                "memory would be %.1f %% in use with what is in %s, and may be %.1f %%",
                100 * then, name, 100 * target));
  }

  private boolean zswap() {
    String enabled = host.files().read("/sys/module/zswap/parameters/enabled").orElse("N");
    return !enabled.strip().equals("N");
  }

  private boolean discards() {
    return host.files()
        .read("/etc/fstab")
        .orElse("")
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .anyMatch(f -> f.length > 3 && f[2].equals("swap") && f[3].contains("discard"));
  }

  /** What is done where that is safe, one line each. */
  List<String> steps() {
    return devices().stream()
        .map(
            device ->
                "then, if memory is below its target with all of it, switch swap off and on again: "
                    + device.name()
                    + ", with "
                    + Checks.size(device.usedBytes())
                    + " in it")
        .toList();
  }

  /**
   * Does it; what came of it. Looks again before each device whether it is safe. It has failed if
   * one is not on in the end.
   */
  ActionReport run(Execution execution) {
    List<String> told = new ArrayList<>();
    for (Device device : devices()) {
      Optional<String> objection = objection(device);
      boolean time = execution.remaining().compareTo(LONGEST) > 0;
      if (execution.cancelled() || !time || objection.isPresent()) {
        told.add("swap left on: " + objection.orElse("there is no time for " + device.name()));
      } else {
        told.add(cycle(device));
      }
      if (on(device).isEmpty()) {
        return ActionReport.failed(String.join("; ", told)); // never a second one without the first
      }
    }
    return ActionReport.done(told.isEmpty() ? "no swap is on" : String.join("; ", told));
  }

  private String cycle(Device device) {
    Optional<Path> off = host.commands().which("swapoff");
    Optional<Path> on = host.commands().which("swapon");
    if (off.isEmpty() || on.isEmpty() || host.commands().which("systemd-run").isEmpty()) {
      return "swap left on: no swapoff, swapon or systemd-run in PATH";
    }
    String priority = device.priority() < 0 ? "" : " -p " + device.priority();
    CommandRunner.Result result =
        host.commands()
            .run(
                Command.of(
                        LONGEST,
                        "systemd-run",
                        "--wait",
                        "--collect",
                        "--quiet",
                        "--no-ask-password",
                        "--service-type=oneshot",
                        "--unit=" + UNIT,
                        "--description=healing switches swap off and on again",
                        "--property=TimeoutStartSec=" + LONGEST_OFF.toSeconds(),
                        "--property=ExecStopPost=-" + on.get() + priority + " " + device.name())
                    .operands(List.of(off.get().toString(), device.name())));
    Optional<Device> now = on(device);
    if (now.isEmpty() && host.systemd().unit(UNIT + ".service").isPresent()) {
      return UNIT + " is still at work with " + device.name() + ", and switches it on again";
    }
    if (now.isEmpty()) {
      return device.name()
          + " IS SWITCHED OFF: see 'journalctl -u "
          + UNIT
          + "', and type 'swapon"
          + priority
          + " "
          + device.name()
          + "'";
    }
    return result.ok()
        ? Checks.size(device.usedBytes() - now.get().usedBytes())
            + " brought back from "
            + device.name()
        : device.name() + " was not emptied, and is on: " + result.complaint();
  }

  private Optional<Device> on(Device device) {
    return devices().stream().filter(d -> d.name().equals(device.name())).findFirst();
  }
}
