package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Processes as /proc shows them. A process that ends while it is read is absent. */
final class ProcProcesses implements HostProcesses {
  private final HostFiles files;
  private volatile @Nullable String groupRoot;

  ProcProcesses(HostFiles files) {
    this.files = files;
  }

  @Override
  public List<ProcessState> all() {
    List<ProcessState> all = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(files.path("/proc"), ProcProcesses::isProcess)) {
      for (Path entry : entries) {
        find(Long.parseLong(entry.getFileName().toString())).ifPresent(all::add);
      }
    } catch (IOException e) {
      throw new HostException("/proc could not be listed: " + e, e);
    }
    return all;
  }

  private static boolean isProcess(Path entry) {
    String name = entry.getFileName().toString();
    return name.length() <= 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  @Override
  public Optional<ProcessState> find(long pid) {
    return pid < 1 ? Optional.empty() : stat(pid).flatMap(this::complete);
  }

  private Optional<ProcStat> stat(long pid) {
    return read(pid, "stat").flatMap(ProcStat::parse).filter(stat -> stat.pid() == pid);
  }

  private Optional<ProcessState> complete(ProcStat stat) {
    if (stat.kernelThread()) {
      return Optional.of(state(stat, new ProcStatus(0, 0), 0, Optional.empty()));
    }
    long pid = stat.pid();
    return read(pid, "status")
        .flatMap(ProcStatus::parse)
        .map(status -> state(stat, status, oomScoreAdj(pid), unit(pid)));
  }

  private static ProcessState state(
      ProcStat stat, ProcStatus status, int oomScoreAdj, Optional<String> unit) {
    return new ProcessState(
        new Ref(stat.pid(), stat.startTicks()),
        stat.parentPid(),
        stat.name(),
        status.uid(),
        stat.state(),
        stat.cpuTime(),
        status.residentBytes(),
        oomScoreAdj,
        unit,
        stat.kernelThread());
  }

  /** Unreadable counts as "must live": nothing is killed for what we could not see. */
  private int oomScoreAdj(long pid) {
    try {
      return read(pid, "oom_score_adj").map(text -> Integer.parseInt(text.strip())).orElse(-1000);
    } catch (NumberFormatException e) {
      return -1000;
    }
  }

  private Optional<String> unit(long pid) {
    return read(pid, "cgroup")
        .flatMap(ControlGroup::path)
        .flatMap(path -> ControlGroup.service(path, groupRoot()));
  }

  private String groupRoot() {
    String known = groupRoot;
    if (known == null) {
      known = read(1, "cgroup").flatMap(ControlGroup::path).map(ControlGroup::root).orElse("");
      groupRoot = known;
    }
    return known;
  }

  private Optional<String> read(long pid, String file) {
    try {
      return files.read("/proc/" + pid + "/" + file);
    } catch (HostException e) {
      // Hidden from us (hidepid): as good as not there, and no reason to see no other either.
      return Optional.empty();
    }
  }

  @Override
  public List<Long> ourselves() {
    List<Long> pids = new ArrayList<>();
    Optional<ProcessHandle> next = Optional.of(ProcessHandle.current());
    while (next.isPresent() && !pids.contains(next.get().pid())) {
      pids.add(next.get().pid());
      next = next.get().parent();
    }
    return pids;
  }

  @Override
  public boolean terminate(Ref ref) {
    return signal(ref, "SIGTERM", ProcessHandle::destroy);
  }

  @Override
  public boolean kill(Ref ref) {
    return signal(ref, "SIGKILL", ProcessHandle::destroyForcibly);
  }

  /**
   * The handle is taken first: it remembers the start time, and the JDK compares it once more right
   * before it signals.
   */
  private boolean signal(Ref ref, String signal, Predicate<ProcessHandle> send) {
    refuseVital(ref.pid());
    Optional<ProcessHandle> handle = ProcessHandle.of(ref.pid());
    Optional<ProcStat> now = stat(ref.pid()).filter(s -> s.startTicks() == ref.startTicks());
    if (handle.isEmpty() || now.isEmpty() || now.get().state() == 'Z') {
      return false;
    }
    if (now.get().kernelThread()) {
      throw new RefusedException("process " + ref.pid() + " is a kernel thread");
    }
    if (send.test(handle.get())) {
      return true;
    }
    if (alive(ref)) {
      throw new HostException(
          now.get().name()
              + " (pid "
              + ref.pid()
              + ") could not be sent "
              + signal
              + ": not permitted; run as root or as its user");
    }
    return false;
  }

  private void refuseVital(long pid) {
    if (pid <= 2) {
      throw new RefusedException("process " + pid + " is the init process or the kernel's");
    }
    if (ourselves().contains(pid)) {
      throw new RefusedException("process " + pid + " is our own or one of its ancestors");
    }
  }
}
