package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files that are in use: open or mapped by a process, behind a loop device, or swapped to. If
 * there is a process that we may not look into, nothing is known: root without CAP_SYS_PTRACE, as
 * in most containers, sees which files the others have, and not which they are. Who is hidden even
 * from those who may look into all is named.
 */
public final class OpenFiles {
  /** See proc_pid_maps(5): range, rights, offset, device, inode and name. */
  private static final Pattern MAPPED =
      Pattern.compile("\\S+ \\S+ \\S+ ([0-9a-f]+):([0-9a-f]+) ([1-9]\\d*) +(/.+)");

  /** See proc_pid_stat(5): what is behind the name, up to the flags. */
  private static final Pattern STAT = Pattern.compile("(?s).*\\) (\\w) (?:-?\\d+ ){5}(\\d+) .*");

  private static final long KERNEL_THREAD = 0x00200000;

  /** Who may not look into a process does not even see it with that; see proc(5). */
  private static final Pattern HIDING =
      Pattern.compile("(?m)^.* - proc \\S+ (?:\\S+,)?hidepid=(?!0|off).*$");

  private static final Pattern CAPABILITIES = Pattern.compile("(?m)^CapEff:\\s+(\\p{XDigit}+)$");
  private static final int CAP_SYS_PTRACE = 19;

  /** See proc_pid_fdinfo(5): a lock of flock(2). */
  private static final Pattern LOCKED = Pattern.compile("(?m)^lock:.* FLOCK ");

  private static final Pattern SWAP = Pattern.compile("(?m)^(/\\S+)\\s+file\\s");

  private final HostFiles files;
  private final Optional<Path> ours;
  private final Set<Object> keys = new FileKeys();
  private final Set<String> names = new HashSet<>();
  private final Set<String> hidden = new TreeSet<>();
  private boolean mayLook;

  private OpenFiles(HostFiles files) {
    this.files = files;
    this.ours = nameSpace(files.path("/proc/self"));
  }

  /**
   * Their file keys, device and inode, and those of directories that are locked. More may be added
   * to them, by any thread.
   *
   * @throws RefusedException if the processes cannot be listed, or what one of them has open or
   *     mapped cannot be read to its end
   */
  public static Set<Object> keys(HostFiles files) {
    return in(files).keys;
  }

  /** The same, with who was hidden. */
  static OpenFiles in(HostFiles files) {
    OpenFiles open = new OpenFiles(files);
    open.read();
    return open;
  }

  Set<Object> keys() {
    return keys;
  }

  /**
   * The processes that the kernel hides from everybody, as its security modules may: those that
   * cannot be read although we have CAP_SYS_PTRACE. What only they have open is not known.
   */
  Set<String> hidden() {
    return hidden;
  }

  private void read() {
    requireAllSeen();
    try (DirectoryStream<Path> processes =
        Files.newDirectoryStream(files.path("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        addDescriptors(process);
        addMapped(process);
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new RefusedException(
          "/proc cannot be listed, so nobody knows which files are open; nothing is deleted: " + e);
    }
    addSwaps();
    addLoops();
  }

  private void requireAllSeen() {
    boolean hiding = HIDING.matcher(files.read("/proc/self/mountinfo").orElse("")).find();
    Matcher own = CAPABILITIES.matcher(files.read("/proc/self/status").orElse(""));
    mayLook = own.find() && (Long.parseUnsignedLong(own.group(1), 16) >> CAP_SYS_PTRACE & 1) == 1;
    Checks.require(
        mayLook || !hiding,
        "/proc is mounted with hidepid, so nobody knows which files are in use; nothing is deleted:"
            + " it needs CAP_SYS_PTRACE");
  }

  private void addDescriptors(Path process) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : open) {
        add(process, descriptor);
      }
    } catch (DirectoryIteratorException e) {
      refuseUnlessEnded(process, "fd", Objects.requireNonNull(e.getCause()));
    } catch (IOException e) {
      refuseUnlessEnded(process, "fd", e);
    }
  }

  /** Line by line, since there may be many; by number and by name, of which either may be odd. */
  private void addMapped(Path process) {
    boolean elsewhere = !nameSpace(process).equals(ours);
    Set<String> there = new HashSet<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(process.resolve("maps")), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher mapped = MAPPED.matcher(line);
        if (mapped.matches()) {
          keys.add(FileKeys.key(mapped.group(1), mapped.group(2), mapped.group(3)));
          String name = mapped.group(4);
          if (names.add(name)) {
            add(name);
          }
          if (elsewhere && there.add(name)) {
            addFollowed(process.resolve("root" + name));
          }
        }
      }
    } catch (IOException e) {
      refuseUnlessEnded(process, "maps", e);
    }
  }

  private void refuseUnlessEnded(Path process, String what, IOException e) {
    if (e instanceof AccessDeniedException && mayLook) {
      hidden.add(files.name(process));
      return;
    }
    boolean ended =
        e instanceof NoSuchFileException
            || String.valueOf(e.getMessage()).endsWith("No such process")
            || Files.notExists(process)
            || hasNone(process);
    Checks.require(
        ended,
        files.name(process)
            + "/"
            + what
            + " cannot be read to its end, so nobody knows which files are in use; nothing is"
            + " deleted: "
            + (e instanceof AccessDeniedException ? "it needs CAP_SYS_PTRACE: " : "")
            + e);
  }

  /** The kernel's threads have no files, and who has ended and was not waited for has none left. */
  private boolean hasNone(Path process) {
    Matcher stat = STAT.matcher(files.read(files.name(process) + "/stat").orElse(""));
    return stat.matches()
        && ("ZX".contains(stat.group(1)) || (Long.parseLong(stat.group(2)) & KERNEL_THREAD) != 0);
  }

  /** Where its names are looked up; empty if we may not know. */
  private static Optional<Path> nameSpace(Path process) {
    try {
      return Optional.of(Files.readSymbolicLink(process.resolve("ns/mnt")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void addSwaps() {
    Matcher swap = SWAP.matcher(files.read("/proc/swaps").orElse(""));
    while (swap.find()) {
      add(swap.group(1));
    }
  }

  /** A loop device holds its file as the kernel does, not as a process. */
  private void addLoops() {
    try (DirectoryStream<Path> loops =
        Files.newDirectoryStream(files.path("/sys/block"), "loop*")) {
      for (Path loop : loops) {
        files.read(files.name(loop) + "/loop/backing_file").map(String::strip).ifPresent(this::add);
      }
    } catch (IOException | DirectoryIteratorException e) {
      // No block devices, as in a container: no loops.
    }
  }

  private void add(String name) {
    try {
      addFollowed(files.path(name));
    } catch (InvalidPathException | HostException e) {
      // A name that is none here.
    }
  }

  /** A directory only if it is locked: that asks everybody to leave alone what is in it. */
  private void add(Path process, Path descriptor) throws IOException {
    try {
      if (!Files.readSymbolicLink(descriptor).isAbsolute()) {
        return;
      }
      Optional<BasicFileAttributes> directory =
          addFollowed(descriptor).filter(BasicFileAttributes::isDirectory);
      if (directory.isPresent()) {
        Path number = Objects.requireNonNull(descriptor.getFileName());
        if (LOCKED.matcher(Files.readString(process.resolve("fdinfo").resolve(number))).find()) {
          keys.add(Objects.requireNonNull(directory.orElseThrow().fileKey()));
        }
      }
    } catch (NoSuchFileException e) {
      // Closed meanwhile.
    }
  }

  private Optional<BasicFileAttributes> addFollowed(Path path) {
    try {
      BasicFileAttributes of = Files.readAttributes(path, BasicFileAttributes.class);
      if (of.isRegularFile() && of.fileKey() != null) {
        keys.add(of.fileKey());
      }
      return Optional.of(of);
    } catch (IOException e) {
      return Optional.empty(); // a name of another name space, or of a file that is gone
    }
  }
}
