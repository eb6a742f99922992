package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Example;

/**
 * What clean_disk deletes of random trees of real files: just what may go and is needed, and what
 * its preview told. With {@code -Dhealing.nightly=true} there are many more trees.
 */
class SweepProperties {
  private static final int TREES = Boolean.getBoolean("healing.nightly") ? 5000 : 100;
  private static final int BLOCKS = 1000;
  private static final List<String> DIRECTORIES =
      List.of("", "a", "a/b", "a/b/c", "d e", "mounted", "everybody", "new\nline");

  /** What a file is beside being old, and whether it may go for all that. */
  private enum Kind {
    PLAIN(true),
    HARD_LINK(false),
    MARKED(false),
    OPEN(false),
    TAG(false);

    private final boolean mayGo;

    Kind(boolean mayGo) {
      this.mayGo = mayGo;
    }
  }

  /** A regular file as it was made. */
  private record Made(Path path, Kind kind, Duration age, long size) {
    long takes() {
      return (size + World.BLOCK - 1) / World.BLOCK * World.BLOCK;
    }

    boolean isSeen() {
      return !path.getParent().endsWith("mounted") && !path.getParent().endsWith("everybody");
    }
  }

  /** What the configuration says, and how full it is. */
  private record Policy(
      Duration olderThan,
      int keepNewest,
      int maxFiles,
      long maxBytes,
      long target,
      int blocksLeft) {
    static Policy of(SplittableRandom random) {
      return new Policy(
          Duration.ofDays(random.nextInt(1, 15)),
          random.nextInt(3) == 0 ? random.nextInt(3) : 0,
          random.nextInt(3) == 0 ? random.nextInt(1, 20) : 1000,
          random.nextInt(3) == 0 ? random.nextLong(1, 60) * World.BLOCK : 1L << 40,
          random.nextLong(86, 96),
          random.nextInt(200));
    }

    Configuration section() {
      return Configuration.of(
          Map.of(
              "roots",
              List.of("/var/tmp"),
              "older-than",
              olderThan.toSeconds() + "s",
              "keep-newest",
              keepNewest,
              "max-files",
              maxFiles,
              "max-bytes",
              maxBytes + "B",
              "target",
              target + "%",
              "min-bytes",
              "1B",
              "min-files",
              1));
    }

    /** How many bytes must go. */
    long needed() {
      long used = BLOCKS - blocksLeft;
      return used * 100 > target * BLOCKS
          ? used * World.BLOCK - (target - 1) * BLOCKS * World.BLOCK / 100
          : 1;
    }
  }

  private static final class Tree {
    private final World world = new World();
    private final Path root = world.root.resolve("var/tmp");
    private final SplittableRandom random;
    private final List<Made> files = new ArrayList<>();
    private final Instant now;

    Tree(SplittableRandom random) throws Exception {
      this.random = random;
      world.monthPasses();
      now = world.host.time().now();
      List<Path> directories = new ArrayList<>();
      for (String name : DIRECTORIES) {
        directories.add(Files.createDirectories(root.resolve(name)));
      }
      Path outside = Files.createDirectories(world.root.resolve("home/diary"));
      Files.writeString(outside.resolve("1998"), "precious");
      for (int i = random.nextInt(40); i > 0; i--) {
        Path in = directories.get(random.nextInt(directories.size()));
        if (random.nextInt(8) == 0) {
          Files.createSymbolicLink(
              in.resolve("link" + i), random.nextBoolean() ? outside : outside.resolve("1998"));
        } else {
          make(in, i);
        }
      }
      if (random.nextInt(5) == 0) {
        unusual(directories.get(random.nextInt(directories.size())));
      }
      Files.setPosixFilePermissions(
          root.resolve("everybody"), PosixFilePermissions.fromString("rwxrwxrwx"));
      world
          .host
          .files()
          .write(
              "/proc/self/mountinfo",
              "1 0 8:1 / / rw - ext4 /dev/root rw\n"
                  + "2 1 8:2 / /var/tmp/mounted rw - ext4 /dev/sdb rw\n");
    }

    private void make(Path in, int number) throws Exception {
      Kind kind = random.nextBoolean() ? Kind.PLAIN : any(Kind.values());
      Path file = in.resolve(kind == Kind.TAG ? "CACHEDIR.TAG" : number + any("", ".log", " old"));
      if (Files.exists(file)) {
        return;
      }
      Files.write(file, new byte[random.nextInt(9) * random.nextInt(3000)]);
      if (kind == Kind.HARD_LINK) {
        Files.createLink(world.root.resolve("home/hard" + number), file);
      } else if (kind == Kind.MARKED) {
        Files.setAttribute(file, "unix:mode", 01644);
      } else if (kind == Kind.OPEN) {
        world.link("/proc/77/fd/" + number, file.toString());
      }
      made(file, kind);
    }

    /** What Java does not make: a pipe, and a name that is no text. */
    private void unusual(Path in) throws Exception {
      String script = "mkfifo pipe; touch -d @1 pipe; printf 12345 >\"$(printf 'n\\377')\"";
      assertThat(new ProcessBuilder("sh", "-ec", script).directory(in.toFile()).start().waitFor())
          .isZero();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(in, "n[!e]*")) {
        for (Path name : entries) {
          made(name, Kind.PLAIN);
        }
      }
    }

    private void made(Path file, Kind kind) throws IOException {
      Duration age = Duration.ofHours(random.nextInt(30 * 24 - 1));
      Files.setLastModifiedTime(file, FileTime.from(now.minus(age)));
      files.add(new Made(file, kind, age, Files.size(file)));
    }

    @SafeVarargs
    private <T> T any(T... of) {
      return of[random.nextInt(of.length)];
    }

    /** The files that may go, those of one age together, the oldest first. */
    private List<List<Made>> mayGo(Policy policy) {
      Map<Path, List<Made>> byDirectory = new HashMap<>();
      files.stream()
          .filter(Made::isSeen)
          .forEach(
              f -> byDirectory.computeIfAbsent(f.path.getParent(), p -> new ArrayList<>()).add(f));
      TreeMap<Duration, List<Made>> byAge = new TreeMap<>(Comparator.reverseOrder());
      for (List<Made> of : byDirectory.values()) {
        of.sort(
            Comparator.comparing(Made::age).thenComparing(Made::path, Comparator.reverseOrder()));
        of.stream()
            .skip(policy.keepNewest)
            .filter(f -> f.kind.mayGo && f.age.compareTo(policy.olderThan) > 0)
            .forEach(f -> byAge.computeIfAbsent(f.age, a -> new ArrayList<>()).add(f));
      }
      return List.copyOf(byAge.values());
    }

    /** The files that should go. */
    List<Made> expected(Policy policy) {
      List<Made> go = new ArrayList<>();
      for (List<Made> next : mayGo(policy)) {
        long bytes = bytes(go) + bytes(next);
        if (go.size() + next.size() > policy.maxFiles || bytes > policy.maxBytes) {
          break;
        }
        go.addAll(next);
        if (bytes >= policy.needed()) {
          break;
        }
      }
      return go;
    }

    Set<String> names() throws IOException {
      try (Stream<Path> all = Files.walk(world.root)) {
        return all.filter(path -> !path.startsWith(world.root.resolve("proc")))
            .map(SweepProperties::name)
            .collect(Collectors.toCollection(TreeSet::new));
      }
    }

    void remove() throws IOException {
      try (Stream<Path> all = Files.walk(world.root)) {
        for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(path);
        }
      }
    }
  }

  private static long bytes(List<Made> files) {
    return files.stream().mapToLong(Made::takes).sum();
  }

  private static String name(Path path) {
    return path.toUri() + (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? " d" : "");
  }

  @Example
  void whatMayGoAndIsNeededGoesAndNothingElse() throws Exception {
    int deleted = 0;
    int spared = 0;
    for (int seed = 0; seed < TREES; seed++) {
      Tree tree = new Tree(new SplittableRandom(seed));
      Policy policy = Policy.of(tree.random);
      tree.world.blocksLeft(policy.blocksLeft);
      List<Made> expected = tree.expected(policy);
      Set<String> names = tree.names();
      String told = "seed " + seed + ": " + policy;

      Optional<PreparedAction> prepared = prepare(tree, policy, expected, told);
      if (prepared.isPresent()) {
        assertThat(prepared.get().preview().items()).as(told).hasValue(expected.size());
        assertThat(prepared.get().preview().bytes()).as(told).hasValue(bytes(expected));
        ActionReport report =
            prepared
                .get()
                .execute(new TestExecution(tree.world.host.time(), Duration.ofMinutes(1)));
        assertThat(report.result()).as(told).isEqualTo(ActionReport.Result.DONE);
        assertThat(report.after())
            .as(told)
            .containsEntry("deleted.count", (double) expected.size())
            .containsEntry("deleted.bytes", (double) bytes(expected));
        names.removeAll(expected.stream().map(made -> name(made.path)).toList());
        deleted += expected.size();
      }
      assertThat(tree.names()).as(told).isEqualTo(names);
      spared += tree.files.size();
      tree.remove();
    }
    spared -= deleted;
    System.out.printf("%d trees: %d files deleted, %d left%n", TREES, deleted, spared);
    assertThat(Math.min(deleted, spared)).as("files of each kind").isGreaterThan(TREES);
  }

  private static Optional<PreparedAction> prepare(
      Tree tree, Policy policy, List<Made> expected, String told) {
    Configuration section = policy.section();
    try {
      PreparedAction prepared =
          new CleanDisk.Provider()
              .create(tree.world.host.withConfiguration(section))
              .prepare(tree.world.issue(IssueType.DISK_FULL, "/var"), HostStates.now().build());
      return Optional.of(prepared);
    } catch (RefusedException e) {
      assertThat(bytes(expected)).as("%s: what should go when it says: %s", told, e).isZero();
      return Optional.empty();
    } finally {
      assertThat(section.problems()).isEmpty();
    }
  }
}
