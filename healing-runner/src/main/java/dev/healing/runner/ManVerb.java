package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code man DIRECTORY}. */
final class ManVerb implements Verb {
  @Override
  public String name() {
    return "man";
  }

  @Override
  public String summary() {
    return "Write the manual pages of all verbs into a directory.";
  }

  @Override
  public boolean reads() {
    return false;
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.required(spec, "DIRECTORY", "For example /usr/local/share/man/man1.");
  }

  @Override
  public int run(Invocation invocation) {
    Path directory = Path.of(invocation.operand().orElseThrow());
    CommandSpec root = Shell.commandLine().getCommandSpec();
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("healing.1"), ManPage.of(root));
      for (Map.Entry<String, CommandLine> verb : root.subcommands().entrySet()) {
        Files.writeString(
            directory.resolve("healing-" + verb.getKey() + ".1"),
            ManPage.of(verb.getValue().getCommandSpec()));
      }
    } catch (IOException e) {
      throw new HealingException(directory + " cannot be written: " + HostException.reason(e), e);
    }
    invocation.out().println(root.subcommands().size() + 1 + " pages in " + directory);
    return Exit.DONE;
  }
}
