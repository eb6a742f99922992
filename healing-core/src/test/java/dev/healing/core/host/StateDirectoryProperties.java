package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.StateStore.Document;
import dev.healing.spi.StateStore.Lines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

class StateDirectoryProperties {
  private static final List<String> ACKNOWLEDGED =
      List.of("{\"n\":1}", "{\"n\":2,\"text\":\"}\\n,crc\"}", "{}", "{\"n\":4,\"t\":\"ä€\"}");
  private Path directory = Path.of("");

  @BeforeProperty
  void make() throws IOException {
    directory = Files.createTempDirectory("state");
  }

  @AfterProperty
  void remove() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Property(tries = 300)
  void flippedBytesAreCutOrReported(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 400) Integer> places,
      @ForAll @IntRange(min = 1, max = 255) int flip) {
    byte[] bytes = LineFile.bytes(ACKNOWLEDGED);
    places.forEach(place -> bytes[place % bytes.length] ^= (byte) flip);
    Lines lines = LineFile.parse("f", bytes);
    assertThat(lines.lines()).isSubsetOf(ACKNOWLEDGED);
    if (lines.damaged().isEmpty()) {
      assertPrefix(lines.lines());
    }
  }

  private static void assertPrefix(List<String> lines) {
    assertThat(lines).isEqualTo(ACKNOWLEDGED.subList(0, Math.min(lines.size(), 4)));
  }

  @Property(tries = 1)
  void aCrashAtAnyByteLosesOnlyTheTornLine() throws IOException {
    byte[] bytes = LineFile.bytes(ACKNOWLEDGED);
    for (int cut = 0; cut <= bytes.length; cut++) {
      Path file = directory.resolve("f.jsonl");
      Files.write(file, java.util.Arrays.copyOf(bytes, cut));
      try (StateDirectory state = StateDirectory.open(directory)) {
        Lines before = state.lines("f.jsonl");
        assertThat(before.damaged()).isEmpty();
        assertPrefix(before.lines());
        state.append("f.jsonl", List.of("{\"after\":true}"));
        List<String> expected = new ArrayList<>(before.lines());
        expected.add("{\"after\":true}");
        assertThat(state.lines("f.jsonl")).isEqualTo(new Lines(expected, List.of()));
      }
    }
  }

  @Property(tries = 200)
  void aDocumentIsRightOrReported(
      @ForAll @Size(min = 1, max = 3) List<@IntRange(max = 100) Integer> places,
      @ForAll @IntRange(min = 1, max = 255) int flip,
      @ForAll @IntRange(max = 100) int cut)
      throws IOException {
    try (StateDirectory state = StateDirectory.open(directory)) {
      state.delete("d.json");
      state.replace("d.json", "{\"v\":\"old\"}");
      state.replace("d.json", "{\"v\":\"new\"}");
      Path file = directory.resolve("d.json");
      byte[] good = Files.readAllBytes(file);
      byte[] bytes = good.clone();
      places.forEach(place -> bytes[place % bytes.length] ^= (byte) flip);
      Files.delete(file); // A new file: the copy before it may share its blocks by a second name.
      Files.write(file, java.util.Arrays.copyOf(bytes, Math.min(bytes.length, cut)));
      Document document = state.document("d.json");
      if (document.problem().isEmpty()) {
        assertThat(document.content()).contains("{\"v\":\"new\"}");
      } else {
        assertThat(document.content()).contains("{\"v\":\"old\"}");
        assertThat(document.problem().get()).contains("d.json").contains("damaged-");
      }
    }
  }
}
