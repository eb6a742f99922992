/** The command line and the daemon: assembles the pieces. */
@org.jspecify.annotations.NullMarked
module dev.healing.runner {
  requires dev.healing.api;
  requires dev.healing.core;
}
