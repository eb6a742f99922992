package dev.healing.core.host;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.Protection;
import dev.healing.spi.StateStore;
import dev.healing.spi.Systemd;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * This host. Protects only what belongs to the kernel and ourselves; the engine puts the configured
 * protection around it. Safe for several threads.
 */
public final class LinuxHost implements HostContext, AutoCloseable {
  /** The state directory of a daemon that runs as root. */
  public static final Path HOSTS_STATE_DIRECTORY = Path.of("/var/lib/healing");

  private static final String DIRECTORY = "healing";

  private final SystemTime time = new SystemTime();
  private final DaemonWorkers workers = new DaemonWorkers();
  private final ProcessCommands commands = new ProcessCommands(System.getenv());
  private final RootedFiles files = new RootedFiles(Path.of("/"));
  private final ProcProcesses processes = new ProcProcesses(files, commands);
  private final Set<Privilege> privileges;
  private final ReachableSystemd systemd = new ReachableSystemd(files, commands, workers);
  private final StateDirectory state;

  private LinuxHost(StateDirectory state) {
    this.state = state;
    this.privileges = findPrivileges();
  }

  /** /var/lib/healing as root, else $XDG_STATE_HOME/healing or ~/.local/state/healing. */
  public static Path defaultStateDirectory() {
    ProcProcesses processes =
        new ProcProcesses(new RootedFiles(Path.of("/")), new ProcessCommands(System.getenv()));
    if (root(processes)) {
      return HOSTS_STATE_DIRECTORY;
    }
    return Optional.ofNullable(System.getenv("XDG_STATE_HOME"))
        .filter(home -> home.startsWith("/"))
        .map(Path::of)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "state"))
        .resolve(DIRECTORY);
  }

  /**
   * Opens it to act: takes the lock of the state directory.
   *
   * @throws dev.healing.api.HostException if another process has it, naming that
   */
  public static LinuxHost open(Path stateDirectory) {
    return new LinuxHost(StateDirectory.open(stateDirectory));
  }

  /**
   * Opens it to read only: no lock, and the state store refuses to write anything but the plain
   * files.
   */
  public static LinuxHost observe(Path stateDirectory) {
    return new LinuxHost(StateDirectory.observe(stateDirectory));
  }

  /**
   * How large a document of the state directory, such as {@code knowledge.json}, may be to be read
   * by a process that may use so many bytes of memory.
   */
  public static long mostOfADocument(long memoryBytes) {
    return DocumentFile.mostBytes(memoryBytes);
  }

  /**
   * Whether a process acts with this state directory, be it alive or hanging.
   *
   * @throws dev.healing.api.HostException if it cannot be known, for want of rights for example
   */
  public static boolean inUse(Path stateDirectory) {
    return StateLock.held(stateDirectory);
  }

  @Override
  public TimeSource time() {
    return time;
  }

  @Override
  public Workers workers() {
    return workers;
  }

  @Override
  public CommandRunner commands() {
    return commands;
  }

  @Override
  public HostFiles files() {
    return files;
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
  public Protection protection() {
    return Protection.vitalOnly();
  }

  @Override
  public Set<Privilege> privileges() {
    return privileges;
  }

  /** Everything for root; otherwise what file permissions tell. */
  private Set<Privilege> findPrivileges() {
    if (root(processes)) {
      return Set.copyOf(EnumSet.allOf(Privilege.class));
    }
    Set<Privilege> found = EnumSet.noneOf(Privilege.class);
    if (Files.isWritable(files.path("/nix/var/nix/profiles"))) {
      found.add(Privilege.MANAGE_NIX_STORE);
    }
    return Set.copyOf(found);
  }

  private static boolean root(ProcProcesses processes) {
    return processes
        .find(ProcessHandle.current().pid())
        .filter(process -> process.uid() == 0)
        .isPresent();
  }

  @Override
  public Configuration configuration() {
    return Configuration.empty();
  }

  /** Ends its threads and gives the state directory back. */
  @Override
  public void close() {
    systemd.close();
    workers.close();
    state.close();
  }
}
