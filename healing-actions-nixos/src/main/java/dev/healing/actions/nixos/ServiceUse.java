package dev.healing.actions.nixos;

import dev.healing.spi.HostProcesses.ProcessState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the processes of one unit used together. A process of no unit stands for itself.
 *
 * @param name of the unit, or the process
 * @param units as of its first process, for where its control group is
 * @param cores processor time by time
 * @param residentBytes of memory
 * @param cpuNanos processor time so far
 * @param pids of the processes
 */
record ServiceUse(
    String name,
    List<String> units,
    double cores,
    double residentBytes,
    long cpuNanos,
    List<Long> pids) {
  /** All, the largest first. */
  static List<ServiceUse> of(List<ProcessUse> uses, boolean memory) {
    Map<String, List<ProcessUse>> byUnit = new HashMap<>();
    for (ProcessUse use : uses) {
      byUnit
          .computeIfAbsent(use.process().unit().orElseGet(use::who), name -> new ArrayList<>())
          .add(use);
    }
    List<ServiceUse> services = new ArrayList<>();
    byUnit.forEach(
        (name, own) ->
            services.add(
                new ServiceUse(
                    name,
                    own.get(0).process().units(),
                    own.stream().mapToDouble(ProcessUse::cores).sum(),
                    own.stream().mapToDouble(use -> use.process().residentBytes()).sum(),
                    cpuNanos(own.stream().map(ProcessUse::process).toList()),
                    own.stream().map(use -> use.process().ref().pid()).toList())));
    services.sort(
        Comparator.comparingDouble((ServiceUse use) -> use.amount(memory))
            .reversed()
            .thenComparing(ServiceUse::name));
    return services;
  }

  static long cpuNanos(List<ProcessState> processes) {
    return processes.stream().mapToLong(process -> process.cpuTime().toNanos()).sum();
  }

  double amount(boolean memory) {
    return memory ? residentBytes : cores;
  }

  boolean isService() {
    return name.endsWith(".service") && units.contains(name);
  }
}
