package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Processes as /proc shows them. A process that ends while it is read is absent. */
final class ProcProcesses implements HostProcesses {
  private static final int MUST_LIVE = -1000;

  private final HostFiles files;
  private final CommandRunner commands;
  private volatile @Nullable String groupRoot;

  ProcProcesses(HostFiles files, CommandRunner commands) {
    this.files = files;
    this.commands = commands;
  }

  CommandRunner commands() {
    return commands;
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
      throw new HostException("/proc could not be listed: " + HostException.reason(e), e);
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
      return Optional.of(state(stat, new ProcStatus(0, 0), 0, OptionalInt.empty(), List.of()));
    }
    long pid = stat.pid();
    Optional<String> groups = read(pid, "cgroup");
    return read(pid, "status")
        .flatMap(ProcStatus::parse)
        .map(
            status ->
                state(
                    stat,
                    status,
                    groups.isPresent() ? oomScoreAdj(pid) : MUST_LIVE,
                    oomScore(pid),
                    groups.map(this::units).orElse(List.of())));
  }

  private static ProcessState state(
      ProcStat stat, ProcStatus status, int oomScoreAdj, OptionalInt oomScore, List<String> units) {
    return new ProcessState(
        new Ref(stat.pid(), stat.startTicks()),
        stat.parentPid(),
        stat.name(),
        status.uid(),
        stat.state(),
        stat.cpuTime(),
        status.residentBytes(),
        oomScoreAdj,
        oomScore,
        units,
        stat.kernelThread());
  }

  /**
   * Unreadable counts as "must live", as does whose unit cannot be read: nothing is killed for what
   * we could not see.
   */
  private int oomScoreAdj(long pid) {
    try {
      return read(pid, "oom_score_adj")
          .map(text -> Integer.parseInt(text.strip()))
          .orElse(MUST_LIVE);
    } catch (NumberFormatException e) {
      return MUST_LIVE;
    }
  }

  private OptionalInt oomScore(long pid) {
    try {
      return read(pid, "oom_score").stream().mapToInt(t -> Integer.parseInt(t.strip())).findAny();
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  private List<String> units(String groups) {
    return ControlGroup.path(groups)
        .map(path -> ControlGroup.units(path, groupRoot()))
        .orElse(List.of());
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
  public Optional<Held> hold(Ref ref) {
    return HeldProcess.of(this, files.path("/proc/" + ref.pid() + "/stat"), ref);
  }

  @Override
  public List<Held> terminate(List<Held> all) {
    return HeldProcess.terminate(this, all);
  }

  @Override
  public List<Held> kill(List<Held> all) {
    return HeldProcess.kill(this, all);
  }

  void refuseVital(long pid) {
    if (pid <= 2) {
      throw new RefusedException("process " + pid + " is the init process or the kernel's");
    }
    if (ourselves().contains(pid)) {
      throw new RefusedException("process " + pid + " is our own or one of its ancestors");
    }
  }
}
