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
    Options.text(spec, "--for", "D", "How long, for example 1h; until Ctrl-C if not given.");
  }

  @Override
  public int run(Invocation invocation) {
    Optional<Duration> howLong = invocation.howLong();
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
}
