/** The engine: the loop, plugin loading, incidents, guards, journal, validation, host access. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // the runner is made later
module dev.healing.core {
  requires transitive dev.healing.api;
  requires transitive tools.jackson.databind;
  requires com.github.benmanes.caffeine;
  requires com.google.common;
  requires org.freedesktop.dbus;

  exports dev.healing.core;
  exports dev.healing.core.history;
  exports dev.healing.core.host;
  exports dev.healing.core.trace;

  // How what is shown is written.
  exports dev.healing.core.json to
      dev.healing.runner;

  uses dev.healing.spi.SamplerProvider;
  uses dev.healing.spi.DetectorProvider;
  uses dev.healing.spi.DetectorKind;
  uses dev.healing.spi.ActionProvider;
  uses dev.healing.spi.GuardProvider;
  uses dev.healing.spi.PlannerProvider;
  uses dev.healing.spi.KnowledgeBaseProvider;
  uses dev.healing.spi.TriggerProvider;
  uses dev.healing.spi.ListenerProvider;
  uses dev.healing.spi.OptimizerProvider;
}
