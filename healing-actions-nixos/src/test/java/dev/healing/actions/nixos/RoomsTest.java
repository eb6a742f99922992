package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.ActionProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of this module: which there are, and that their actions are found. */
class RoomsTest {
  private static final String NAME = "dev.healing.actions.nixos";
  private static final Path SOURCES = Path.of("src/main/java").resolve(NAME.replace('.', '/'));
  private static final Pattern ROOM = Pattern.compile(Pattern.quote(NAME) + "\\.([a-z]+)\\b");

  /** As its package-info has it: what is asked for from a room, by which. No two ask each other. */
  @Test
  void noneDependsOnMoreThanIsWritten() throws IOException {
    assertThat(dependencies())
        .isEqualTo(
            Map.of(
                "", Set.of(),
                "files", Set.of(),
                "services", Set.of("files"),
                "processes", Set.of("services"),
                "throttle", Set.of("processes"),
                "memory", Set.of("services"),
                "nix", Set.of(),
                "network", Set.of()));
  }

  private static Map<String, Set<String>> dependencies() throws IOException {
    Map<String, Set<String>> rooms = new TreeMap<>();
    try (Stream<Path> all = Files.walk(SOURCES)) {
      List<Path> classes =
          all.filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.endsWith("package-info.java"))
              .toList();
      for (Path file : classes) {
        String own = SOURCES.relativize(file.getParent()).toString();
        Set<String> others = rooms.computeIfAbsent(own, room -> new TreeSet<>());
        Matcher other = ROOM.matcher(Files.readString(file));
        while (other.find()) {
          if (!other.group(1).equals(own)) {
            others.add(other.group(1));
          }
        }
      }
    }
    return rooms;
  }

  @Test
  void allAreFound() {
    assertThat(ServiceLoader.load(ActionProvider.class).stream().map(p -> p.get().name()))
        .contains(
            "restart_service",
            "repair_service",
            "kill_process",
            "end_memory_hog",
            "clean_disk",
            "clear_cache",
            "free_memory",
            "garbage_collect",
            "optimize_store",
            "thin_generations",
            "rollback_generation",
            "throttle_service",
            "lift_throttle",
            "mark_generation_good",
            "tune_network");
  }
}
