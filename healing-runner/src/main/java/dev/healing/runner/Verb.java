package dev.healing.runner;

import picocli.CommandLine.Model.CommandSpec;

/** One thing that can be typed after {@code healing}. */
interface Verb {
  /** What is typed. */
  String name();

  /** One line for {@code --help}. */
  String summary();

  /** Adds its own options and operands; those of every verb are there already. */
  default void options(CommandSpec spec) {}

  /** Whether it takes {@code --json}. */
  default boolean reads() {
    return true;
  }

  /**
   * Does it.
   *
   * @return the exit code
   */
  int run(Invocation invocation);
}
