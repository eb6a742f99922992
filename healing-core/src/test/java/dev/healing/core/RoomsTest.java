package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of this module, and that arrows between them point in one direction. */
class RoomsTest {
  private static final String NAME = "dev.healing.core";
  private static final String LOOP = "the loop";
  private static final Path SOURCES = Path.of("src/main/java").resolve(NAME.replace('.', '/'));
  private static final Pattern USED = Pattern.compile(Pattern.quote(NAME) + "\\.(\\w+)");

  /** As the package-infos have it: what is asked for from a room, by which. */
  @Test
  void noneDependsOnMoreThanIsWritten() throws IOException {
    assertThat(dependencies())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("json", Set.of()),
                Map.entry("host", Set.of()),
                Map.entry("history", Set.of()),
                Map.entry("trace", Set.of("json")),
                Map.entry("journal", Set.of("json")),
                Map.entry("guard", Set.of("journal", "history")),
                Map.entry("plugins", Set.of("guard", "history")),
                Map.entry("calls", Set.of("plugins", "guard")),
                Map.entry("watch", Set.of("calls", "plugins")),
                Map.entry("replay", Set.of("watch", "calls", "plugins", "guard", "trace")),
                Map.entry(
                    LOOP,
                    Set.of(
                        "host", "history", "trace", "journal", "guard", "plugins", "calls", "watch",
                        "replay"))));
  }

  private static Map<String, Set<String>> dependencies() throws IOException {
    Map<String, Set<String>> rooms = new TreeMap<>();
    try (Stream<Path> all = Files.walk(SOURCES)) {
      List<Path> classes =
          all.filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.endsWith("package-info.java"))
              .toList();
      for (Path file : classes) {
        String room = room(SOURCES.relativize(file.getParent()).toString());
        Set<String> others = rooms.computeIfAbsent(room, name -> new TreeSet<>());
        Matcher used = USED.matcher(Files.readString(file));
        while (used.find()) {
          others.add(room(used.group(1)));
        }
        others.remove(room);
      }
    }
    return rooms;
  }

  /** The loop's own package is above all others: what is in it has a class' name. */
  private static String room(String name) {
    return name.isEmpty() || Character.isUpperCase(name.charAt(0)) ? LOOP : name;
  }
}
