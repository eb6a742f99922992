package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code record FILE [--for D]}: a trace, by looks of its own. */
final class RecordVerb implements Verb {
  @Override
  public String name() {
    return "record";
  }

  @Override
  public String summary() {
    return "Write a trace of all that is measured. Changes nothing else.";
  }

  @Override
  public boolean reads() {
    return false;
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.required(spec, "FILE", "A new file, readable by you only.");
    spec.addOption(
        OptionSpec.builder("--for")
            .paramLabel("D")
            .type(String.class)
            .description("How long, for example 1h; until Ctrl-C if not given.")
            .build());
  }

  @Override
  public int run(Invocation invocation) {
    Optional<Duration> howLong = invocation.option("--for").map(text -> parsed(invocation, text));
    String name = invocation.operand().orElseThrow();
    if (name.isEmpty()) {
      throw invocation.wrong("record: expected the name of a new file");
    }
    Path file = Path.of(name);
    CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
    Configuration configuration = invocation.configuration();
    try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory());
        HealingEngine engine =
            HealingEngine.builder().host(host).configuration(configuration).build();
        OutputStream out = NewFile.create(file)) {
      Signals.handle("TERM", () -> over.complete(null));
      Signals.handle("INT", () -> over.complete(null));
      invocation.err().println("Recording to " + file + "; end it with Ctrl-C.");
      long looks = engine.record(out, Main.version(), howLong, over);
      invocation.out().println(file + ": " + looks + " looks, " + Files.size(file) + " bytes");
      return Exit.DONE;
    } catch (IOException e) {
      throw new HealingException(
          file
              + " could not be written ("
              + HostException.reason(e)
              + "): what is in it can be read up to there",
          e);
    }
  }

  private static Duration parsed(Invocation invocation, String text) {
    try {
      Duration duration = Configuration.parseDuration(text);
      if (!duration.isZero()) {
        return duration;
      }
    } catch (IllegalArgumentException e) {
      // Said below, in words for a person.
    }
    throw invocation.wrong("--for is '" + text + "': expected a duration like 30m or 2h");
  }
}
