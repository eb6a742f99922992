package dev.healing.runner;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The operands that a verb may take. */
final class Operands {
  private Operands() {}

  static void required(CommandSpec spec, String label, String description) {
    add(spec, "0", "1", label, description);
  }

  /** One that only some uses of the first need. */
  static void second(CommandSpec spec, String label, String description) {
    add(spec, "1", "0..1", label, description);
  }

  static void optional(CommandSpec spec, String label, String description) {
    add(spec, "0", "0..1", label, description);
  }

  private static void add(
      CommandSpec spec, String index, String arity, String label, String description) {
    spec.addPositional(
        PositionalParamSpec.builder()
            .index(index)
            .arity(arity)
            .required(arity.equals("1"))
            .paramLabel(label)
            .type(String.class)
            .description(description)
            .build());
  }
}
