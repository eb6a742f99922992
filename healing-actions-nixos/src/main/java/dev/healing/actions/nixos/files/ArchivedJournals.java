package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The journal's files that journald no longer writes to. Deleting them is left to journald's own
 * tool, which goes by the time of their first entry; that is part of their name, so what will go is
 * known before. See journal_directory_vacuum in systemd.
 */
final class ArchivedJournals {
  static final String DIRECTORY = "/var/log/journal";
  private static final String TOOL = "journalctl";
  private static final Duration START = Duration.ofSeconds(5);

  /** What journalctl looks into: a machine's, perhaps of a namespace. */
  private static final Pattern MACHINE = Pattern.compile("[0-9a-f]{32}(\\..+)?");

  private static final Pattern ARCHIVED =
      Pattern.compile(
          ".+@(?:[0-9a-f]{32}-[0-9a-f]{16}-([0-9a-f]{16})\\.journal"
              + "|([0-9a-f]{16})-[0-9a-f]{16}\\.journal~)");

  private final HostContext host;
  private final long firstBeforeMicros;
  private final Instant cutoff;
  private final Optional<Object> device;
  private final SortedMap<String, Long> promised;

  private ArchivedJournals(HostContext host, Instant cutoff) {
    this.host = host;
    this.cutoff = cutoff;
    this.firstBeforeMicros = FileTime.from(cutoff).to(TimeUnit.MICROSECONDS);
    this.device = Checks.device(host.files(), DIRECTORY);
    this.promised = list();
  }

  /** Those that begin before then; nobody's where there is no journal or no tool. */
  static Optional<ArchivedJournals> before(HostContext host, Instant cutoff) {
    boolean there =
        Files.isDirectory(host.files().path(DIRECTORY), LinkOption.NOFOLLOW_LINKS)
            && host.commands().which(TOOL).isPresent();
    return there
        ? Optional.of(new ArchivedJournals(host, cutoff)).filter(j -> j.amount().files() > 0)
        : Optional.empty();
  }

  /** Takes something about a journal. */
  interface Taker {
    /** Right after which microsecond it begins, since the epoch in nanoseconds, and its size. */
    void take(long afterNanos, long bytes);
  }

  void each(Taker taker) {
    promised.forEach(
        (name, bytes) ->
            taker.take(TimeUnit.MICROSECONDS.toNanos(firstMicros(name).getAsLong() + 1), bytes));
  }

  Amount amount() {
    return amount(promised);
  }

  String step() {
    return "journalctl --vacuum-time: delete " + amount() + " archived that begin before " + cutoff;
  }

  /** What the tool did. */
  record Vacuumed(Amount amount, String problem) {}

  /** Has them deleted; nothing if there are others now than were promised. */
  Vacuumed vacuum(Execution execution) {
    SortedMap<String, Long> before = list();
    if (!promised.keySet().containsAll(before.keySet())) {
      return new Vacuumed(Amount.NONE, "; journals left: others were archived since the preview");
    }
    // The tool takes a span back from its own start, which may come some seconds after this.
    Duration span = Duration.between(cutoff, host.time().now()).plus(START);
    StringBuilder problem = new StringBuilder();
    for (String directory : directories()) {
      CommandRunner.Result result =
          host.commands()
              .run(
                  CommandRunner.Command.of(
                      execution.remaining(),
                      TOOL,
                      "--directory=" + directory,
                      "--vacuum-time=" + span.toSeconds() + "s"));
      problem.append(result.ok() ? "" : "; journalctl: " + result.complaint());
    }
    SortedMap<String, Long> gone = new TreeMap<>(before);
    gone.keySet().removeAll(list().keySet());
    return new Vacuumed(amount(gone), problem.toString());
  }

  /**
   * What to name to the tool. It also goes through links, as those that lead to a container's
   * journals, and to other file systems: where there is more than what is ours to look after, each
   * machine's directory is named by itself.
   */
  private List<String> directories() {
    List<String> machines = new ArrayList<>();
    boolean more = false;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(host.files().path(DIRECTORY))) {
      for (Path one : all) {
        if (real(one)) {
          machines.add(DIRECTORY + "/" + one.getFileName());
        } else {
          more |= Files.isDirectory(one);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new HostException(DIRECTORY + " cannot be listed: " + e, e);
    }
    return more ? machines : List.of(DIRECTORY);
  }

  private static Amount amount(SortedMap<String, Long> files) {
    return new Amount(files.size(), files.values().stream().mapToLong(Long::longValue).sum());
  }

  /** Names with sizes. Only root and journald can write there. */
  private SortedMap<String, Long> list() {
    SortedMap<String, Long> found = new TreeMap<>();
    try (DirectoryStream<Path> machines =
        Files.newDirectoryStream(host.files().path(DIRECTORY), this::real)) {
      for (Path machine : machines) {
        try (DirectoryStream<Path> journals = Files.newDirectoryStream(machine, this::old)) {
          for (Path journal : journals) {
            String name = machine.getFileName() + "/" + journal.getFileName();
            size(journal).ifPresent(bytes -> found.put(name, bytes));
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new HostException(DIRECTORY + " cannot be listed: " + e, e);
    }
    return found;
  }

  /** Empty if journald has deleted it since it was listed. */
  private static OptionalLong size(Path journal) throws IOException {
    try {
      return OptionalLong.of(Files.size(journal));
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    }
  }

  private boolean real(Path machine) {
    return MACHINE.matcher(String.valueOf(machine.getFileName())).matches()
        && Files.isDirectory(machine, LinkOption.NOFOLLOW_LINKS)
        && Checks.device(host.files(), host.files().name(machine)).equals(device);
  }

  private boolean old(Path journal) {
    OptionalLong first = firstMicros(String.valueOf(journal.getFileName()));
    return first.isPresent() && Long.compareUnsigned(first.getAsLong(), firstBeforeMicros) < 0;
  }

  /** When its first entry was made, as its name has it; empty if it is still written to. */
  private static OptionalLong firstMicros(String journal) {
    Matcher name = ARCHIVED.matcher(journal);
    if (!name.matches()) {
      return OptionalLong.empty();
    }
    String first = name.group(1) == null ? name.group(2) : name.group(1);
    return OptionalLong.of(Long.parseUnsignedLong(first, 16));
  }
}
