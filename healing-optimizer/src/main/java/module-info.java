/** Forecasts, what they make a problem, and the proactive optimizer. */
@org.jspecify.annotations.NullMarked
module dev.healing.optimizer {
  requires transitive dev.healing.api;

  exports dev.healing.optimizer;
  exports dev.healing.optimizer.forecast;

  provides dev.healing.spi.DetectorProvider with
      dev.healing.optimizer.prediction.Prediction.DiskFull,
      dev.healing.optimizer.prediction.Prediction.LimitNear,
      dev.healing.optimizer.prediction.Prediction.MemoryHigh;
  provides dev.healing.spi.OptimizerProvider with
      dev.healing.optimizer.ProactiveOptimizerProvider;
}
