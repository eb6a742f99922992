package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.healing.api.HostException;
import dev.healing.core.OffSwitch;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.StateStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
  @TempDir Path parent;
  private final ProcessCommands commands = new ProcessCommands(System.getenv());

  @Test
  void isPrivateAndLocked() throws IOException {
    Path directory = parent.resolve("state");
    try (StateDirectory state = StateDirectory.open(directory)) {
      state.append("a.jsonl", List.of("{\"a\":1}", "{\"b\":2}"));
      state.replace("d.json", "{\n  \"a\": 1\n}\n");
      assertThat(mode(directory)).isEqualTo("rwx------");
      assertThat(mode(directory.resolve("a.jsonl"))).isEqualTo("rw-------");
      assertThat(mode(directory.resolve("d.json"))).isEqualTo("rw-------");
      assertThat(state.lines("a.jsonl").lines()).containsExactly("{\"a\":1}", "{\"b\":2}");
      assertThat(state.document("d.json").content()).contains("{\n  \"a\": 1\n}");
      assertThat(Files.size(directory.resolve("reserve"))).isEqualTo(1 << 20);
      assertThatThrownBy(() -> StateDirectory.open(directory))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
    }
    StateDirectory.open(directory).close();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void whatIsTooLargeForItsMemoryIsNotRead() throws IOException {
    long much = Runtime.getRuntime().maxMemory() / 3 + 1;
    try (StateDirectory state = StateDirectory.open(parent)) {
      state.replace("d.json", "{\"a\":1}");
      state.replace("d.json", "{\"a\":2}");
      enlarge("d.json", much);
      StateStore.Document document = state.document("d.json");
      assertThat(document.content()).contains("{\"a\":1}");
      assertThat(document.problem().orElseThrow())
          .contains("d.json has " + much + " bytes", "set aside", "the copy before it is used");
      enlarge("d.json.bak", much);
      assertThat(state.document("d.json").problem().orElseThrow()).contains("no good copy");
      state.replace("d.json", "{\"a\":3}");
      enlarge("d.json", much); // while somebody goes on
      state.replace("d.json", "{\"a\":4}");
      assertThat(state.document("d.json").content()).contains("{\"a\":4}");
    }
  }

  @Test
  void whatIsOursAndTooLargeForItsMemoryIsLeftAlone() throws IOException {
    String blanks = " ".repeat(1 << 20);
    int many = (int) (Runtime.getRuntime().maxMemory() / 3 / blanks.length() + 1);
    List<String> parts = new ArrayList<>(Collections.nCopies(many, blanks));
    parts.add(0, "{\"a\":");
    parts.add("1}");
    Path file = parent.resolve("d.json");
    Path copy = parent.resolve("d.json.bak");
    try (StateDirectory state = StateDirectory.open(parent)) {
      state.replace("d.json", "{\"a\":0}");
      state.replace("d.json", parts);
      assertThatThrownBy(() -> state.document("d.json"))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("a third of the memory that this process may use");
      assertThat(file).as("it may be all that is known").exists();
      state.replace("d.json", "{\"a\":2}");
      assertThat(Files.size(copy)).isGreaterThan(1L << 20);
      Files.delete(file);
      assertThatThrownBy(() -> state.document("d.json")).isInstanceOf(HostException.class);
    }
  }

  private void enlarge(String file, long bytes) throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(parent.resolve(file).toFile(), "rw")) {
      sparse.setLength(bytes);
    }
  }

  @Test
  void aDocumentInPartsIsTheSame() throws IOException {
    try (StateDirectory state = StateDirectory.open(parent)) {
      state.replace("one.json", "{\"a\":[1,\"ä\"]}");
      state.replace("parts.json", List.of("{\"a\":", "[1,", "\"ä\"", "]}"));
      assertThat(parent.resolve("parts.json")).hasSameBinaryContentAs(parent.resolve("one.json"));
      state.replace("parts.json", List.of("{\"b", "\":1}"));
      assertThat(state.document("parts.json").content()).contains("{\"b\":1}");
      assertThat(parent.resolve("parts.json.bak"))
          .hasSameBinaryContentAs(parent.resolve("one.json"));
    }
  }

  @Test
  void aPipeIsNotWaitedFor() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", parent + "/d.json").start().waitFor()).isZero();
    try (StateDirectory state = StateDirectory.open(parent)) {
      assertThatThrownBy(() -> state.document("d.json"))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("no regular file");
    }
  }

  @Test
  void nothingIsWrittenToAFileThatIsGone() throws IOException {
    try (StateDirectory state = StateDirectory.open(parent)) {
      state.append("a.jsonl", List.of("{\"a\":1}"));
      Files.delete(parent.resolve("a.jsonl"));
      assertThatThrownBy(() -> state.append("a.jsonl", List.of("{\"b\":2}")))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("removed or replaced");
      state.append("a.jsonl", List.of("{\"c\":3}"));
      assertThat(state.lines("a.jsonl").lines()).containsExactly("{\"c\":3}");
    }
  }

  @Test
  void whoReadsWhileSomethingIsWrittenSeesAllThatWasAcknowledgedAndNoHalfLine() throws Exception {
    try (StateDirectory state = StateDirectory.open(parent.resolve("state"))) {
      AtomicInteger acknowledged = new AtomicInteger();
      Thread writer =
          new Thread(
              () -> {
                while (acknowledged.get() < 3_000) {
                  int from = acknowledged.get();
                  List<String> lines = new ArrayList<>();
                  for (int i = from; i < from + 30; i++) {
                    lines.add("{\"n\":" + i + ",\"x\":\"" + "y".repeat(i % 300) + "\"}");
                  }
                  state.append("some.jsonl", lines);
                  acknowledged.set(from + 30);
                }
              });
      writer.start();
      while (writer.isAlive()) {
        int before = acknowledged.get();
        StateStore.Lines read = state.lines("some.jsonl");
        assertThat(read.damaged()).isEmpty();
        assertThat(read.lines()).hasSizeGreaterThanOrEqualTo(before);
        for (int i = 0; i < read.lines().size(); i++) {
          assertThat(read.lines().get(i)).startsWith("{\"n\":" + i + ",");
        }
      }
      assertThat(state.lines("some.jsonl").lines()).hasSize(3_000);
    }
  }

  @Test
  void damageInTheMiddleIsNamed() throws IOException {
    try (StateDirectory state = StateDirectory.open(parent)) {
      state.append("a.jsonl", List.of("{\"a\":1}", "{\"b\":2}", "{\"c\":3}"));
      Path file = parent.resolve("a.jsonl");
      Files.writeString(file, Files.readString(file).replace("\"b\":2", "\"b\":9"));
      assertThat(state.lines("a.jsonl").lines()).containsExactly("{\"a\":1}", "{\"c\":3}");
      assertThat(state.lines("a.jsonl").damaged()).singleElement().asString().contains("a.jsonl:2");
    }
  }

  @Test
  void takesWhatAPersonWrote() throws IOException {
    try (StateDirectory state = StateDirectory.open(parent)) {
      Files.writeString(parent.resolve("d.json"), "{ \"mine\": true }\n");
      assertThat(state.document("d.json").content()).contains("{ \"mine\": true }");
      Files.writeString(parent.resolve("d.json"), "{ \"mine\": tr");
      assertThat(state.document("d.json").content()).isEmpty();
    }
  }

  @Test
  void anObserverWritesOnlyPlainFiles() {
    Path directory = parent.resolve("new");
    try (StateDirectory state = StateDirectory.observe(directory)) {
      assertThat(state.lines("a.jsonl").lines()).isEmpty();
      assertThat(state.document("d.json").content()).isEmpty();
      assertThat(directory).doesNotExist();
      assertThatThrownBy(() -> state.append("a.jsonl", List.of("{}")))
          .isInstanceOf(HostException.class);
      state.writePlain("off", "because");
      assertThat(state.readPlain("off")).contains("because");
      state.delete("off");
      assertThat(state.exists("off")).isFalse();
    }
  }

  @Test
  void whetherAFileIsThereIsNotGuessed() throws IOException {
    Path noDirectory = Files.writeString(parent.resolve("file"), "");
    try (StateDirectory state = StateDirectory.observe(noDirectory)) {
      assertThatThrownBy(() -> state.exists("pause"))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("Not a directory");
      assertThat(new OffSwitch(state, new SystemTime()).paused().orElseThrow())
          .contains("paused: the off switch cannot be read");
    }
  }

  @Test
  void writesThroughNoLink() throws IOException {
    Path victim = Files.writeString(parent.resolve("victim"), "precious");
    Path directory = parent.resolve("state");
    try (StateDirectory state = StateDirectory.open(directory)) {
      for (String name : List.of("a.jsonl", "d.json", "off")) {
        Files.createSymbolicLink(directory.resolve(name), victim);
      }
      assertThatThrownBy(() -> state.append("a.jsonl", List.of("{}")))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("symbolic link");
      state.writePlain("off", "x");
      state.delete("d.json");
      assertThat(victim).hasContent("precious");
      assertThatThrownBy(() -> state.writePlain("../x", "")).isInstanceOf(HostException.class);
    }
  }

  @Test
  void refusesADirectoryThatOthersMayWrite() throws IOException {
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> StateDirectory.open(parent))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("others may write");
  }

  @Test
  void anInterruptedThreadStillWrites() {
    try (StateDirectory state = StateDirectory.open(parent)) {
      Thread.currentThread().interrupt();
      state.append("a.jsonl", List.of("{}"));
      state.replace("d.json", "{}");
      assertThat(Thread.interrupted()).isTrue();
      assertThat(state.lines("a.jsonl").lines()).containsExactly("{}");
    }
  }

  @Test
  void aFullDiskIsStillWrittenTo() throws IOException {
    withSmallDisk(
        () -> {
          try (StateDirectory state = StateDirectory.open(parent)) {
            state.append("a.jsonl", List.of("{\"before\":1}"));
            fill(parent.resolve("filler"));
            String big = "{\"big\":\"" + "x".repeat(20_000) + "\"}";
            state.append("a.jsonl", List.of(big));
            assertThat(parent.resolve("reserve")).doesNotExist();
            assertThat(state.lines("a.jsonl").lines()).containsExactly("{\"before\":1}", big);
            String huge = "{\"huge\":\"" + "x".repeat(2 << 20) + "\"}";
            assertThatThrownBy(() -> state.append("a.jsonl", List.of(huge)))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("No space left");
            state.append("a.jsonl", List.of("{\"after\":1}"));
            assertThat(state.lines("a.jsonl").lines()).hasSize(3).endsWith("{\"after\":1}");
            assertThat(state.lines("a.jsonl").damaged()).isEmpty();
          }
        });
  }

  @Test
  void aDiskThatIsFullAtTheStartIsWrittenToWhenThereIsRoom() throws IOException {
    withSmallDisk(
        () -> {
          StateDirectory.open(parent).close();
          Files.delete(parent.resolve("reserve"));
          Files.delete(parent.resolve("lock"));
          fill(parent.resolve("filler"));
          try (StateDirectory state = StateDirectory.open(parent)) {
            assertThat(state.trouble()).isEmpty();
            assertThatThrownBy(() -> state.append("a.jsonl", List.of("{}")))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("No space left");
            Files.delete(parent.resolve("filler"));
            state.append("a.jsonl", List.of("{}"));
          }
        });
  }

  @Test
  void aDiskThatCannotBeWrittenAtTheStartIsReadAllTheSame() throws IOException {
    withSmallDisk(
        () -> {
          try (StateDirectory state = StateDirectory.open(parent)) {
            state.append("a.jsonl", List.of("{\"a\":1}"));
          }
          assertThat(mount("-o", "remount,ro")).isTrue();
          try (StateDirectory state = StateDirectory.open(parent)) {
            assertThat(state.lines("a.jsonl").lines()).containsExactly("{\"a\":1}");
            assertThat(state.trouble().orElseThrow()).contains("Read-only file system", "restart");
            assertThatThrownBy(() -> state.append("a.jsonl", List.of("{}")))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("could not be written at the start");
          }
        });
  }

  /** What is tried with a disk. */
  private interface Trial {
    void run() throws IOException;
  }

  private void withSmallDisk(Trial trial) throws IOException {
    assumeTrue(
        commands.which("mount").isPresent()
            && mount("-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs"),
        "needs root: a small file system of its own is mounted");
    try {
      trial.run();
    } finally {
      commands.run(
          Command.of(Duration.ofSeconds(10), "umount").operands(List.of(parent.toString())));
    }
  }

  private boolean mount(String... how) {
    List<String> all = new ArrayList<>(List.of("mount"));
    all.addAll(List.of(how));
    Command mount = Command.of(Duration.ofSeconds(10), all.toArray(new String[0]));
    return commands.run(mount.operands(List.of(parent.toString()))).ok();
  }

  private static void fill(Path file) {
    try (var out = Files.newOutputStream(file)) {
      byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
