package com.example.healing;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import dev.healing.testkit.DetectorContract;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;

/** What every detector promises, and nothing else has to be written. */
class SwapHighContractTest extends DetectorContract {
  @Override
  protected Detector detector() {
    return new SwapHigh.Provider().create(new TestHost());
  }

  @Override
  protected HostState healthy() {
    return with(0.10);
  }

  @Override
  protected HostState sick() {
    return with(0.92);
  }

  private static HostState with(double swapUsed) {
    return HostStates.now()
        .sample(Metric.MEMORY_USED, 0.5)
        .sample(Metric.SWAP_USED, swapUsed)
        .build();
  }
}
