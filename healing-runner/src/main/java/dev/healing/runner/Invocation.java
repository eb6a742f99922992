package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.control.ControlClient;
import dev.healing.runner.text.Lines;
import dev.healing.runner.text.Style;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A verb as it was typed, and where its output goes. */
final class Invocation {
  static final Path DEFAULT_CONFIG = Path.of("/etc/healing/healing.yaml");

  /** A host in trouble is slow. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ParseResult typed;
  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  Invocation(ParseResult typed, PrintStream out, PrintStream err, Map<String, String> environment) {
    this.typed = typed;
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  Map<String, String> environment() {
    return environment;
  }

  boolean json() {
    return flag("--json");
  }

  boolean flag(String option) {
    return typed.commandSpec().findOption(option) != null
        && typed.matchedOptionValue(option, false);
  }

  Optional<String> option(String name) {
    return Optional.ofNullable(typed.matchedOptionValue(name, (String) null));
  }

  Optional<Path> path(String option) {
    return Optional.ofNullable(typed.matchedOptionValue(option, (Path) null));
  }

  List<Path> paths(String option) {
    return typed.matchedOptionValue(option, List.of());
  }

  List<String> texts(String option) {
    return typed.matchedOptionValue(option, List.of());
  }

  int number(String option, int fallback) {
    return typed.matchedOptionValue(option, fallback);
  }

  /** Whole seconds, more than none. */
  Optional<Duration> duration(String option) {
    return option(option)
        .map(
            text -> {
              try {
                Duration duration = Configuration.parseDuration(text);
                if (duration.toSeconds() > 0 && duration.toMillisPart() == 0) {
                  return duration;
                }
              } catch (IllegalArgumentException e) {
                // Said below, in words for a person.
              }
              throw wrong(
                  option + " is '" + text + "': expected whole seconds or more, like 10s or 24h");
            });
  }

  Optional<String> operand() {
    return operand(0);
  }

  Optional<String> secondOperand() {
    return operand(1);
  }

  /** As it was typed, whatever it is of. */
  private Optional<String> operand(int index) {
    return typed.hasMatchedPositional(index)
        ? Optional.of(typed.matchedPositional(index).originalStringValues().get(0))
        : Optional.empty();
  }

  /** Wrong usage that the grammar cannot tell. */
  ParameterException wrong(String message) {
    return new ParameterException(typed.commandSpec().commandLine(), message);
  }

  /** Whether somebody sees at once what is printed, on something that can move its cursor. */
  boolean terminal() {
    String term = environment.getOrDefault("TERM", "");
    return System.console() != null && !term.isEmpty() && !term.equals("dumb");
  }

  /** How wide it is; empty if there is none. */
  OptionalInt columns() {
    return terminal() ? OptionalInt.of(style().width()) : OptionalInt.empty();
  }

  /** Calm, and without colour wherever nobody would see it or wants it. */
  Style style() {
    return Style.of(System.console() != null, environment);
  }

  Path stateDirectory() {
    return givenStateDirectory().orElseGet(LinuxHost::defaultStateDirectory);
  }

  /**
   * The state directory of the daemon that is meant.
   *
   * @throws NotAllowedException if that is the host's, and it is out of reach
   */
  Path daemonsStateDirectory() {
    Path directory = stateDirectory();
    refusal(givenStateDirectory(), directory, LinuxHost.HOSTS_STATE_DIRECTORY)
        .ifPresent(
            why -> {
              throw new NotAllowedException(why);
            });
    return directory;
  }

  /**
   * Opens this host to act on it.
   *
   * @throws dev.healing.api.HostException if somebody else does so already with this state, or the
   *     host's daemon with its own: each would keep to its limits, and both together to none
   */
  LinuxHost openHost() {
    Path directory = stateDirectory();
    Path hosts = LinuxHost.HOSTS_STATE_DIRECTORY;
    if (!directory.equals(hosts)
        && LinuxHost.defaultStateDirectory().equals(hosts)
        && LinuxHost.inUse(hosts)) {
      throw new HostException(
          "the host's daemon heals here already, with "
              + hosts
              + ": a second one with "
              + directory
              + " would have limits of its own, and do the same twice; stop that first");
    }
    return LinuxHost.open(directory);
  }

  /**
   * Why this directory is not the one that is meant: who names none means the host's daemon, and
   * must not be told that there is none, or that it is paused, when only a directory of one's own
   * was looked at.
   */
  static Optional<String> refusal(Optional<Path> given, Path directory, Path hosts) {
    return given.isEmpty() && !directory.equals(hosts) && Files.exists(hosts)
        ? Optional.of(
            "needs root: the host's daemon uses "
                + hosts
                + " (a daemon of your own is named with --state)")
        : Optional.empty();
  }

  private Optional<Path> givenStateDirectory() {
    return Optional.ofNullable(typed.matchedOptionValue("--state", (Path) null))
        .map(given -> given.toAbsolutePath().normalize())
        .map(this::directoryOrNothingYet);
  }

  private Path directoryOrNothingYet(Path given) {
    if (Files.exists(given) && !Files.isDirectory(given)) {
      throw wrong("--state is '" + given + "': expected a directory, or a name for a new one");
    }
    return given;
  }

  Optional<Path> configurationFile() {
    Path given = typed.matchedOptionValue("--config", (Path) null);
    if (given != null) {
      return Optional.of(given);
    }
    return Files.exists(DEFAULT_CONFIG) ? Optional.of(DEFAULT_CONFIG) : Optional.empty();
  }

  Configuration configuration() {
    return configurationFile().map(YamlConfiguration::read).orElseGet(Configuration::empty);
  }

  /** What the daemon says to this, however long that takes; empty if none runs here. */
  Optional<Answer> ask(ObjectNode request) {
    return ControlClient.ask(daemonsStateDirectory(), request);
  }

  /** The same of what needs no time: a daemon that hangs is not waited for. */
  Optional<Answer> askSoon(ObjectNode request) {
    return askSoon(request, PATIENCE);
  }

  /** The same, waiting no longer than this. */
  Optional<Answer> askSoon(ObjectNode request, Duration patience) {
    return ControlClient.ask(daemonsStateDirectory(), request, patience);
  }

  ObjectNode request(String verb) {
    return JsonText.object().put("verb", verb);
  }

  /** With an engine that only looks. */
  <T> T looking(Function<HealingEngine, T> question) {
    try (LinuxHost host = LinuxHost.observe(stateDirectory());
        HealingEngine engine =
            HealingEngine.builder().host(host).configuration(configuration()).build()) {
      return question.apply(engine);
    }
  }

  /** Prints an answer: as JSON, or as the text drawn from it. */
  int show(Answer answer, BiFunction<JsonNode, Style, List<String>> text) {
    answer.error().ifPresent(e -> err.println("healing: " + Lines.cleanLines(e)));
    JsonNode result = answer.result();
    if (!result.isNull()) {
      if (json()) {
        out.println(JsonText.indented(result));
      } else {
        text.apply(result, style()).forEach(out::println);
      }
    }
    return answer.exit();
  }
}
