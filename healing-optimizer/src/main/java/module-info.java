/** The proactive optimizer. */
@org.jspecify.annotations.NullMarked
module dev.healing.optimizer {
  requires transitive dev.healing.api;

  exports dev.healing.optimizer;
  exports dev.healing.optimizer.forecast;

  provides dev.healing.spi.OptimizerProvider with
      dev.healing.optimizer.ProactiveOptimizerProvider;
}
