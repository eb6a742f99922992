package dev.healing.core.host;

import dev.healing.spi.Workers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Prints what systemd says and how long it takes, on a host that has it. As root, with the unit of
 * a service that may be killed: {@code SystemdByHand crash.service}.
 */
public final class SystemdByHand {
  private SystemdByHand() {}

  /** See above. */
  public static void main(String[] arguments) throws Exception {
    String unit = arguments[0];
    DaemonWorkers workers = new DaemonWorkers();
    ProcessCommands commands = new ProcessCommands(System.getenv());
    RootedFiles files = new RootedFiles(Path.of("/"));
    ProcProcesses processes = new ProcProcesses(files, commands);
    try (ReachableSystemd systemd = new ReachableSystemd(files, commands, workers)) {
      time("connect", systemd::availability);
      LinkedBlockingQueue<Map.Entry<String, Long>> told = new LinkedBlockingQueue<>();
      systemd.subscribe(name -> told.add(Map.entry(name, System.nanoTime())));
      for (int i = 0; i < 5; i++) {
        time("failed", systemd::failedUnits);
        time("unit", () -> systemd.unit(unit));
      }
      SystemctlSystemd slow = new SystemctlSystemd(commands);
      time("systemctl unit", () -> slow.unit(unit));
      time("systemctl failed", slow::failedUnits);
      time("nonsense", () -> systemd.unit("no-such-thing.service"));
      for (int i = 0; i < 10; i++) {
        long pid = systemd.unit(unit).orElseThrow().mainPid().orElseThrow();
        var ref = processes.find(pid).orElseThrow();
        System.out.println(ref);
        told.clear();
        long start = System.nanoTime();
        processes.hold(ref.ref()).orElseThrow().kill();
        Map.Entry<String, Long> first = told.poll(5, TimeUnit.SECONDS);
        if (first == null) {
          throw new IllegalStateException("not told");
        }
        long asked = System.nanoTime();
        long job = systemd.restart(unit);
        long answered = System.nanoTime();
        while (systemd.jobRunning(job)) {
          workers.sleep(java.time.Duration.ofMillis(1));
        }
        System.out.printf(
            "kill to told %.2f ms (%s), restart call %.2f ms, job %d over after %.2f ms%n",
            (first.getValue() - start) / 1e6,
            first.getKey(),
            (answered - asked) / 1e6,
            job,
            (System.nanoTime() - asked) / 1e6);
        workers.sleep(java.time.Duration.ofMillis(300));
      }
      System.out.println(systemd.unit(unit) + "\nthreads:");
      Thread.getAllStackTraces().keySet().forEach(thread -> System.out.println("  " + thread));
      if (arguments.length > 1) {
        System.out.println("now: " + arguments[1]);
        Workers.Task task =
            workers.start(
                "outage",
                () ->
                    commands.run(
                        dev.healing.spi.CommandRunner.Command.of(
                            java.time.Duration.ofSeconds(20), "sh", "-c", arguments[1])));
        for (int i = 0; i < 20 && !(task.done() && i > 10); i++) {
          time("unit meanwhile", () -> systemd.unit(unit).map(u -> u.activeState()));
          workers.sleep(java.time.Duration.ofMillis(500));
        }
        told.forEach(entry -> System.out.println("told '" + entry.getKey() + "'"));
      }
    }
  }

  private static void time(String what, java.util.function.Supplier<?> call) {
    long start = System.nanoTime();
    Object result;
    try {
      result = call.get();
    } catch (RuntimeException e) {
      result = e;
    }
    System.out.printf("%s: %.2f ms %s%n", what, (System.nanoTime() - start) / 1e6, result);
  }
}
