package dev.healing.runner;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options that a verb may take. */
final class Options {
  private Options() {}

  static void flag(CommandSpec spec, String name, String description) {
    spec.addOption(OptionSpec.builder(name).type(boolean.class).description(description).build());
  }

  static void text(CommandSpec spec, String name, String label, String description) {
    add(spec, name, label, String.class, description);
  }

  static void number(CommandSpec spec, String name, String label, String description) {
    add(spec, name, label, int.class, description);
  }

  /** A file or a directory, which a shell completes. */
  static void path(CommandSpec spec, String name, String label, String... description) {
    add(spec, name, label, Path.class, description);
  }

  /** Series of values, a file each. */
  static void series(CommandSpec spec, boolean required, String description) {
    several(spec, "FILE", Path.class, required, description);
  }

  /** Series of values, a file each, with the metric that each is of. */
  static void namedSeries(CommandSpec spec, String... description) {
    several(spec, "METRIC=FILE", String.class, false, description);
  }

  private static void several(
      CommandSpec spec, String label, Class<?> each, boolean required, String... description) {
    spec.addOption(
        OptionSpec.builder("--csv")
            .paramLabel(label)
            .arity("1..*")
            .type(List.class)
            .auxiliaryTypes(each)
            .required(required)
            .description(description)
            .build());
  }

  private static void add(
      CommandSpec spec, String name, String label, Class<?> type, String... description) {
    spec.addOption(
        OptionSpec.builder(name).paramLabel(label).type(type).description(description).build());
  }
}
