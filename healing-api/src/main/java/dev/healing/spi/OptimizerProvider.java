package dev.healing.spi;

/** Makes an optimizer. See {@link Provider} for name, registration and configuration. */
public interface OptimizerProvider {
  /** Its name, unique among optimizers. */
  String name();

  /**
   * Makes the optimizer; starts nothing.
   *
   * @param context the host, with the optimizer's section of the configuration
   * @param healer has done what the optimizer chooses by itself; what a person chose comes to
   *     {@link Optimizer#apply} with the person's
   */
  Optimizer create(HostContext context, Healer healer);
}
