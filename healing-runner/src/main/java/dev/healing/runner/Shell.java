package dev.healing.runner;

import dev.healing.api.ConfigurationException;
import dev.healing.api.HealingException;
import dev.healing.runner.text.Lines;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line: parses what was typed, runs the verb, turns every failure into a code. */
final class Shell {
  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  Shell(PrintStream out, PrintStream err, Map<String, String> environment) {
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  /** Runs it and gives the exit code. */
  int run(String... args) {
    try {
      ParseResult typed = commandLine().parseArgs(args);
      ParseResult of = typed.hasSubcommand() ? typed.subcommand() : typed;
      CommandLine command = of.commandSpec().commandLine();
      if (of.isUsageHelpRequested()) {
        command.usage(out);
        return Exit.DONE;
      }
      if (typed.isVersionHelpRequested()) {
        out.println("healing " + Main.version());
        return Exit.DONE;
      }
      if (!typed.hasSubcommand()) {
        command.usage(err);
        return Exit.USAGE;
      }
      Verb verb = (Verb) of.commandSpec().userObject();
      return verb.run(new Invocation(of, out, err, environment));
    } catch (ParameterException e) {
      err.println(
          "healing: "
              + Lines.cleanLines(noSuchVerb(e, args).orElse(String.valueOf(e.getMessage()))));
      err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
      return Exit.USAGE;
    } catch (ConfigurationException e) {
      e.problems().forEach(problem -> err.println(Lines.cleanLines(problem)));
      return Exit.USAGE;
    } catch (NotAllowedException e) {
      err.println("healing: " + Lines.cleanLines(String.valueOf(e.getMessage())));
      return Exit.NOT_ALLOWED;
    } catch (WronglyAskedException e) {
      err.println("healing: " + Lines.cleanLines(String.valueOf(e.getMessage())));
      return Exit.USAGE;
    } catch (HealingException e) {
      err.println("healing: " + Lines.cleanLines(String.valueOf(e.getMessage())));
      return denied(e) ? Exit.NOT_ALLOWED : Exit.FAILED;
    }
  }

  private static Optional<String> noSuchVerb(ParameterException e, String... args) {
    boolean verb = e.getCommandLine().getParent() == null && !args[0].startsWith("-");
    return verb
        ? Optional.of(
            "there is no verb '" + args[0] + "': expected one of " + String.join(", ", names()))
        : Optional.empty();
  }

  private static boolean denied(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof AccessDeniedException) {
        return true;
      }
    }
    return false;
  }

  /** The grammar, built by hand: no annotations to reflect upon at every start. */
  static CommandLine commandLine() {
    CommandSpec root = CommandSpec.create().name("healing");
    root.usageMessage().description("Notices what is wrong with this host and heals it.");
    root.usageMessage()
        .footer(
            "",
            "Exit codes: 0 done, 1 it did not work, 2 wrong usage or configuration,",
            "3 needs privileges or confirmation. New here? Try 'healing drill'.");
    root.addOption(help());
    root.addOption(
        OptionSpec.builder("-V", "--version").versionHelp(true).description("Version.").build());
    for (Verb verb : Verbs.all()) {
      root.addSubcommand(verb.name(), new CommandLine(spec(verb)));
    }
    return new CommandLine(root);
  }

  private static CommandSpec spec(Verb verb) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(verb).name(verb.name());
    spec.usageMessage().description(verb.summary());
    spec.addOption(help());
    Options.path(
        spec,
        "--config",
        "FILE",
        "Configuration; " + Invocation.DEFAULT_CONFIG + " if that is there.");
    Options.path(spec, "--state", "DIR", "State directory; /var/lib/healing as root.");
    if (verb.reads()) {
      Options.flag(spec, "--json", "Print JSON.");
    }
    verb.options(spec);
    return spec;
  }

  private static OptionSpec help() {
    return OptionSpec.builder("-h", "--help").usageHelp(true).description("This help.").build();
  }

  /** The names of the verbs, for tests and completion. */
  static List<String> names() {
    return Verbs.all().stream().map(Verb::name).toList();
  }
}
