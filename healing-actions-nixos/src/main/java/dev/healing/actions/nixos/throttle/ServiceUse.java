package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.processes.ProcessUse;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses.ProcessState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the processes of one unit use together. A process of no unit stands for itself.
 *
 * @param name of the unit, or the process
 * @param units as of its first process, for where its control group is
 * @param amount processor time by time, or {@linkplain #workingBytes working memory}
 * @param cpuNanos processor time so far
 * @param pids of the processes
 */
record ServiceUse(String name, List<String> units, double amount, long cpuNanos, List<Long> pids) {
  static final String GROUPS = "/sys/fs/cgroup/";

  private static final Pattern INACTIVE_FILE = Pattern.compile("(?m)^inactive_file (\\d{1,18})$");

  /**
   * By processor time, in cores, the largest first.
   *
   * @param besides processes that do not count, unless there are others in the same unit
   */
  static List<ServiceUse> byProcessor(List<ProcessUse> uses, Predicate<ProcessUse> besides) {
    Map<String, List<ProcessUse>> byUnit = new HashMap<>();
    uses.forEach(use -> byUnit.computeIfAbsent(key(use), n -> new ArrayList<>()).add(use));
    byUnit.values().removeIf(own -> own.stream().allMatch(besides));
    List<ServiceUse> all = new ArrayList<>();
    byUnit.forEach(
        (name, own) ->
            all.add(
                of(
                    name,
                    own.stream().map(ProcessUse::process).toList(),
                    own.stream().mapToDouble(ProcessUse::cores).sum())));
    return sorted(all);
  }

  private static String key(ProcessUse use) {
    return use.process().unit().orElseGet(use::who);
  }

  /**
   * By memory as the kernel accounts it, the largest first.
   *
   * @param leastBytes what whose memory is not accounted may have and be left out
   * @throws dev.healing.api.RefusedException if one has more: nobody can be compared with it
   */
  static List<ServiceUse> byMemory(HostContext host, double leastBytes) {
    Map<String, List<ProcessState>> byUnit = new HashMap<>();
    for (ProcessState process : host.processes().all()) {
      String name = process.unit().orElse(process.name() + " (pid " + process.ref().pid() + ")");
      byUnit.computeIfAbsent(name, n -> new ArrayList<>()).add(process);
    }
    List<ServiceUse> all = new ArrayList<>();
    byUnit.forEach(
        (name, own) -> {
          OptionalLong bytes = workingBytes(host.files(), own.get(0).units());
          double resident = own.stream().mapToDouble(ProcessState::residentBytes).sum();
          Checks.require(
              bytes.isPresent() || resident < leastBytes,
              name
                  + " has "
                  + Checks.size(resident)
                  + " resident, and no control group with a memory.current: nobody can be compared"
                  + " with it");
          bytes.ifPresent(known -> all.add(of(name, own, known)));
        });
    return sorted(all);
  }

  /**
   * What a unit holds that is in use: {@code memory.current}, which is also what MemoryHigh limits,
   * less file cache that is not in use and would be the first to go. The one measure for whom to
   * throttle, by how much, whether it helped and when it is calm. Absent without cgroup v2.
   */
  static OptionalLong workingBytes(HostFiles files, List<String> units) {
    if (units.isEmpty()) {
      return OptionalLong.empty();
    }
    String group = GROUPS + String.join("/", units);
    String current = files.read(group + "/memory.current").orElse("").strip();
    Matcher inactive = INACTIVE_FILE.matcher(files.read(group + "/memory.stat").orElse(""));
    if (!current.matches("\\d{1,18}")) {
      return OptionalLong.empty();
    }
    long idle = inactive.find() ? Long.parseLong(inactive.group(1)) : 0;
    return OptionalLong.of(Math.max(0, Long.parseLong(current) - idle));
  }

  private static ServiceUse of(String name, List<ProcessState> own, double amount) {
    return new ServiceUse(
        name,
        own.get(0).units(),
        amount,
        cpuNanos(own),
        own.stream().map(process -> process.ref().pid()).toList());
  }

  private static List<ServiceUse> sorted(List<ServiceUse> all) {
    all.sort(
        Comparator.comparingDouble(ServiceUse::amount).reversed().thenComparing(ServiceUse::name));
    return all;
  }

  static long cpuNanos(List<ProcessState> processes) {
    return processes.stream().mapToLong(process -> process.cpuTime().toNanos()).sum();
  }

  boolean isService() {
    return name.endsWith(".service") && units.contains(name);
  }
}
