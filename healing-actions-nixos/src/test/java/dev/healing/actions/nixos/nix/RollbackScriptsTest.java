package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scripts of a rollback, in a real shell, with a systemctl of files: {@code trouble} is what it
 * lists, {@code state-UNIT} what it shows. Back from generation 2 to 1, for app.service.
 */
@Timeout(60)
class RollbackScriptsTest {
  private static final String ONE = "$(touch injected) 1";

  @TempDir Path directory;

  /** Names that a shell would stumble over, if it took them for more than names. */
  @BeforeEach
  void generations() throws IOException {
    program(
        "nix env",
        """
        test "$1 $2 $3" = "--profile $PWD/the profile --switch-generation" || exit 9
        test ! -e pointing-fails || exit 1
        ln -sfn "generation-$4" "$2"
        """);
    program(
        "systemctl",
        """
        echo "$*" >>calls
        case $1 in
          list-units) test ! -e silent && cat trouble ;;
          show) eval "unit=\\${$#}"; cat "state-$unit" 2>/dev/null || echo LoadState=not-found ;;
        esac
        """);
    program("sleep", "echo >>slept; . ./asleep");
    for (String generation : List.of(ONE, "2")) {
      program(
          generation + "/bin/switch-to-configuration",
          """
          test "$*" = switch || exit 9
          name=$(basename "$(dirname "$(dirname "$0")")")
          echo "$name" >>switches
          . "./before $name"
          ln -sfn "$name" running
          . "./after $name"
          """);
      write("before " + generation, "");
      write("after " + generation, "");
    }
    write("after " + ONE, ": >trouble; echo ActiveState=active >state-app.service");
    write("trouble", "app.service loaded failed failed The app\n");
    write("state-app.service", "LoadState=loaded\nActiveState=failed\nType=simple\n");
    write("asleep", "");
    link("generation-1", ONE);
    link("generation-2", "2");
    link("the profile", "generation-2");
    link("running", "2");
  }

  private void program(String name, String script) throws IOException {
    write(name, "#!/bin/sh\n" + script);
    assertThat(directory.resolve(name).toFile().setExecutable(true)).isTrue();
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void link(String name, String to) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
    Files.createSymbolicLink(directory.resolve(name), Path.of(to));
  }

  private String at(String name) {
    return directory.resolve(name).toString();
  }

  private int run(String script, List<String> arguments) throws Exception {
    List<String> line =
        new ArrayList<>(List.of("/bin/sh", "-c", RollbackScripts.script(script), "sh"));
    line.addAll(arguments);
    return new ProcessBuilder(line).directory(directory.toFile()).inheritIO().start().waitFor();
  }

  private int rollBack() throws Exception {
    List<String> line = new ArrayList<>(List.of(at("nix env"), at("systemctl"), at("sleep")));
    line.addAll(List.of(at("the profile"), at("running"), at("log"), "2", at("2"), "1", at(ONE)));
    line.addAll(List.of("undo", "3", "6", "app.service"));
    return run("rollback.sh", line);
  }

  private int undo() throws Exception {
    List<String> line = new ArrayList<>(List.of(at("nix env"), at("systemctl")));
    line.addAll(List.of(at("the profile"), at("running"), at("log"), "2", at("2"), "1", at(ONE)));
    line.addAll(List.of("healing-rollback.service", "undo.timer"));
    return run("rollback-undo.sh", line);
  }

  private void assertState(String profile, String running) throws IOException {
    assertThat(Files.readSymbolicLink(directory.resolve("the profile"))).hasToString(profile);
    assertThat(directory.resolve("running").toRealPath())
        .isEqualTo(directory.resolve(running).toRealPath());
    assertThat(Files.exists(directory.resolve("injected"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  private String log() throws IOException {
    return Files.readString(directory.resolve("log"));
  }

  private List<String> jobs() throws IOException {
    return Files.readAllLines(directory.resolve("calls")).stream()
        .filter(call -> call.startsWith("st"))
        .toList();
  }

  private void assertGivenUp(String why) throws Exception {
    assertThat(rollBack()).isEqualTo(1);
    assertThat(log()).contains("given up: ").contains(why);
    assertThat(jobs())
        .as("not disarmed, but undone")
        .containsExactly("start --no-block undo.service");
  }

  @Test
  void whatMakesItBetterIsKeptAndDisarmed() throws Exception {
    assertThat(rollBack()).isZero();
    assertState("generation-1", ONE);
    assertThat(jobs()).containsExactly("stop undo.timer");
    assertThat(log()).startsWith("2 to 1: kept").contains("exit code 0");
    assertThat(directory.resolve("switches")).hasContent(ONE);
    assertThat(Files.readAllLines(directory.resolve("slept"))).as("looks in between").hasSize(3);
  }

  @Test
  void aSwitchThatComplainsIsKeptIfTheHostIsBetterForIt() throws Exception {
    write("after " + ONE, ": >trouble; echo ActiveState=active >state-app.service; exit 4");
    assertThat(rollBack()).isZero();
    assertThat(log()).contains("kept").contains("exit code 4");
  }

  @Test
  void whatIsInTroubleNewlyMakesItWorse() throws Exception {
    write(
        "after " + ONE,
        "echo ActiveState=active >state-app.service; echo 'b.service l activating x' >trouble");
    assertGivenUp("b.service is in trouble, and was not before");
  }

  @Test
  void whatWasInTroubleBeforeIsNotHeldAgainstIt() throws Exception {
    write("trouble", "old.service loaded failed failed x\napp.service loaded failed failed x\n");
    write(
        "after " + ONE,
        "echo ActiveState=active >state-app.service; echo 'old.service l failed x' >trouble");
    assertThat(rollBack()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LoadState=loaded\nActiveState=failed\nType=simple",
        "LoadState=loaded\nActiveState=activating\nType=notify",
        "LoadState=loaded\nActiveState=inactive\nType=simple",
      })
  void whatHelpsNobodyIsGivenUp(String state) throws Exception {
    write("then", state);
    write("after " + ONE, "cp then state-app.service");
    assertGivenUp("app.service");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Type=oneshot\nLoadState=loaded\nActiveState=inactive",
        "LoadState=not-found\nActiveState=inactive",
      })
  void whatIsGoneOrThroughIsWell(String state) throws Exception {
    write("then", state);
    write("after " + ONE, ": >trouble; cp then state-app.service");
    assertThat(rollBack()).isZero();
  }

  @Test
  void whatIsWellNowAndThenIsNotWell() throws Exception {
    write(
        "asleep",
        "if [ $(($(wc -l <slept) % 2)) = 1 ]; then echo app.service x >trouble; "
            + "echo ActiveState=failed >state-app.service; else : >trouble; "
            + "echo ActiveState=active >state-app.service; fi");
    assertGivenUp("");
  }

  @Test
  void whatTakesItsTimeIsWaitedFor() throws Exception {
    write("after " + ONE, "echo ActiveState=activating >state-app.service");
    write(
        "asleep", "test $(wc -l <slept) -lt 2 || { echo ActiveState=active >state-app.service; }");
    assertThat(rollBack()).isZero();
  }

  @Test
  void aSystemdThatDoesNotAnswerConfirmsNothing() throws Exception {
    write("after " + ONE, "touch silent");
    assertGivenUp("systemd does not answer");
  }

  @Test
  void withoutASystemdThatAnswersNothingIsSwitched() throws Exception {
    write("silent", "");
    assertThat(rollBack()).isEqualTo(1);
    assertState("generation-2", "2");
    assertThat(directory.resolve("switches")).doesNotExist();
    assertThat(jobs()).containsExactly("stop undo.timer");
  }

  @Test
  void whatCannotBePointedToIsNotSwitchedTo() throws Exception {
    write("pointing-fails", "");
    assertThat(rollBack()).isEqualTo(1);
    assertState("generation-2", "2");
    assertThat(directory.resolve("switches")).doesNotExist();
    assertThat(jobs()).containsExactly("stop undo.timer");
  }

  /** Between the preview and the switch lie up to half a minute, and others that may set it. */
  @Test
  void whatSomebodySetMeanwhileIsLeftToThem() throws Exception {
    Files.createDirectory(directory.resolve("3"));
    link("the profile", "3");
    assertThat(rollBack()).isEqualTo(1);
    assertState("3", "2");
    assertThat(directory.resolve("switches")).doesNotExist();
    assertThat(jobs()).containsExactly("stop undo.timer");
    assertThat(log()).contains("nothing was switched: the profile names another generation");
  }

  @Test
  void aSwitchThatFailsBeforeItRunsIsGivenUp() throws Exception {
    write("before " + ONE, "exit 4");
    assertGivenUp("does not run after its switch, which ended with exit code 4");
  }

  /** As systemd does it: all that runs there is told to stop. */
  @Test
  void askedToStopItIsGivenUp() throws Exception {
    write("before " + ONE, "kill $PPID; kill $$");
    assertGivenUp("out of time or stopped");
  }

  @Test
  void askedToStopWhileItIsWatchedItIsGivenUp() throws Exception {
    write("asleep", "kill $PPID");
    assertGivenUp("out of time or stopped");
  }

  private void rolledBack() throws IOException {
    link("the profile", "generation-1");
    link("running", ONE);
  }

  @Test
  void undoingPointsBackAndSwitchesBackOnce() throws Exception {
    rolledBack();
    write("after 2", "exit 4"); // it is the broken one
    assertThat(undo()).isZero();
    assertState("generation-2", "2");
    assertThat(jobs()).containsExactly("stop undo.timer", "stop healing-rollback.service");
    assertThat(log())
        .isEqualTo("2 to 1: undone: generation 2 runs again; its switch ended with exit code 4\n");
  }

  @Test
  void undoingWhatStoppedHalfWaySwitchesBackToo() throws Exception {
    link("the profile", "generation-1");
    assertThat(undo()).isZero();
    assertState("generation-2", "2");
    assertThat(directory.resolve("switches")).hasContent("2");
    rolledBack();
    link("the profile", "generation-2");
    assertThat(undo()).isZero();
    assertState("generation-2", "2");
  }

  @Test
  void whatWasNotDoneOrIsSomebodyElsesIsNotUndone() throws Exception {
    assertThat(undo()).isZero();
    assertState("generation-2", "2");
    Files.createDirectory(directory.resolve("3"));
    rolledBack();
    link("the profile", "3");
    assertThat(undo()).isZero();
    assertState("3", ONE);
    assertThat(directory.resolve("switches")).doesNotExist();
    assertThat(log()).contains("nothing to undo");
  }

  @Test
  void whatCannotBeUndoneLeavesAProfileThatNamesWhatRuns() throws Exception {
    rolledBack();
    write("before 2", "kill $PPID; exit 1");
    assertThat(undo()).isEqualTo(1);
    assertState("generation-1", ONE);
    assertThat(log()).contains("could not be undone, exit code 1");
  }
}
