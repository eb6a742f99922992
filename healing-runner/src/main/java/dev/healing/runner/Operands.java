package dev.healing.runner;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The operands that a verb may take. */
final class Operands {
  private static final Set<String> FILES = Set.of("FILE", "TRACE", "DIRECTORY");

  private Operands() {}

  static void required(CommandSpec spec, String label, String description) {
    add(spec, "0", "1", label, description, List.of());
  }

  /** One of these words. */
  static void oneOf(CommandSpec spec, List<String> words, String description) {
    add(spec, "0", "1", "(" + String.join("|", words) + ")", description, words);
  }

  /** One that only some uses of the first need. */
  static void second(CommandSpec spec, String label, String description) {
    add(spec, "1", "0..1", label, description, List.of());
  }

  static void optional(CommandSpec spec, String label, String description) {
    add(spec, "0", "0..1", label, description, List.of());
  }

  private static void add(
      CommandSpec spec,
      String index,
      String arity,
      String label,
      String description,
      List<String> words) {
    spec.addPositional(
        PositionalParamSpec.builder()
            .index(index)
            .arity(arity)
            .required(arity.equals("1"))
            .paramLabel(label)
            .type(FILES.contains(label) ? Path.class : String.class) // which a shell completes
            .completionCandidates(words.isEmpty() ? null : words)
            .description(description)
            .build());
  }
}
