/** The proactive optimizer. */
@org.jspecify.annotations.NullMarked
module dev.healing.optimizer {
  requires dev.healing.api;
}
