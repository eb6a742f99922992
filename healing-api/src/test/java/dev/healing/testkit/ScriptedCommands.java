package dev.healing.testkit;

import dev.healing.spi.CommandRunner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Commands with scripted answers. A command that nobody expected fails the test. */
public final class ScriptedCommands implements CommandRunner {
  private final Map<List<String>, Function<Command, Result>> answers = new HashMap<>();
  private final Map<String, Function<Command, Result>> answersOfPrograms = new HashMap<>();
  private final Map<String, Path> programs = new HashMap<>();
  private final List<List<String>> calls = new ArrayList<>();
  private final Runnable beforeEach;

  /** Knows no command. */
  public ScriptedCommands() {
    this(() -> {});
  }

  ScriptedCommands(Runnable beforeEach) {
    this.beforeEach = beforeEach;
  }

  /** This command succeeds with this output. */
  public ScriptedCommands succeeds(String stdout, String... argv) {
    return on(command -> new Result(0, stdout, "", false, false), argv);
  }

  /** This command fails. */
  public ScriptedCommands fails(int exitCode, String stderr, String... argv) {
    return on(command -> new Result(exitCode, "", stderr, false, false), argv);
  }

  /** This command is killed for its time limit. */
  public ScriptedCommands timesOut(String... argv) {
    return on(command -> new Result(137, "", "", false, true), argv);
  }

  /** This command does what the function does. */
  public synchronized ScriptedCommands on(Function<Command, Result> answer, String... argv) {
    answers.put(List.of(argv), answer);
    return this;
  }

  /** This program does what the function does, whatever it is told, unless that is scripted. */
  public synchronized ScriptedCommands onProgram(String program, Function<Command, Result> answer) {
    answersOfPrograms.put(program, answer);
    return this;
  }

  /** The program is in PATH. */
  public synchronized ScriptedCommands installed(String program, Path at) {
    programs.put(program, at);
    return this;
  }

  /** What was run, oldest first. */
  public synchronized List<List<String>> calls() {
    return List.copyOf(calls);
  }

  @Override
  public Result run(Command command) {
    beforeEach.run();
    Function<Command, Result> answer;
    synchronized (this) {
      calls.add(command.argv());
      answer =
          Optional.ofNullable(answers.get(command.argv()))
              .orElse(answersOfPrograms.get(command.argv().get(0)));
      if (answer == null) {
        throw new AssertionError(
            "nobody expected the command " + command.argv() + "; scripted: " + answers.keySet());
      }
    }
    return answer.apply(command);
  }

  @Override
  public synchronized Optional<Path> which(String program) {
    return Optional.ofNullable(programs.get(program));
  }
}
