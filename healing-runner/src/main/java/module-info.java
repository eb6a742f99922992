/** The command line and the daemon: assembles the pieces. */
@org.jspecify.annotations.NullMarked
module dev.healing.runner {
  requires dev.healing.api;
  requires dev.healing.core;
  requires dev.healing.learning;
  requires dev.healing.optimizer;
  requires info.picocli;
  requires java.logging;
  requires jdk.net;
  requires jdk.unsupported;
  requires org.snakeyaml.engine;

  // It makes the class that configures it, by name.
  exports dev.healing.runner to
      java.logging;

  uses dev.healing.spi.SamplerProvider;
  uses dev.healing.spi.DetectorProvider;
  uses dev.healing.spi.ActionProvider;
  uses dev.healing.spi.TriggerProvider;
  uses dev.healing.spi.KnowledgeBaseProvider;
}
