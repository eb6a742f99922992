package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import dev.healing.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Fourteen generations, one a month, the last of which runs and is in the boot menu. */
class ThinGenerationsContractTest extends WorldContract {
  private static final int LAST = 14;
  private static final String NIX_ENV = "nix-env";
  private static final String MENU = "/boot/grub/grub.cfg";

  ThinGenerationsContractTest() {
    super(new ThinGenerations.Provider(), IssueType.DISK_FULL, "/");
    generations(LAST);
    menu(LAST);
    world.room(50);
  }

  private void generations(int last) {
    world.generations(last);
    for (int number = 1; number <= last; number++) {
      age(number, 30 * (last - number));
    }
    deletes(argv(1, 4));
    deletes(argv(3, 3));
    deletes(argv(4, 4));
    deletes(argv(1, 10));
    deletes(List.of(NIX_ENV, "--profile", NixStore.PROFILE, "--delete-generations", "1", "4"));
  }

  private void deletes(List<String> argv) {
    world.host.commands().on(this::deleted, argv.toArray(String[]::new));
  }

  private CommandRunner.Result deleted(Command command) {
    for (String number : command.argv().subList(4, command.argv().size())) {
      remove(link(Integer.parseInt(number)));
    }
    return new CommandRunner.Result(0, "", "removing profile version", false, false);
  }

  private void remove(String name) {
    try {
      Files.delete(world.host.files().path(name));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void age(int number, int days) {
    Path link = world.host.files().path(link(number));
    try {
      FileTime made = FileTime.from(VirtualTime.START.minus(Duration.ofDays(days)));
      Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(made, null, null);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void menu(int... numbers) {
    StringBuilder text = new StringBuilder();
    for (int number : numbers) {
      text.append("linux kernel init=/nix/store/sys").append(number).append("/init\n");
    }
    world.host.files().write(MENU, text.toString());
  }

  private static String link(int number) {
    return NixStore.PROFILE + "-" + number + "-link";
  }

  private PreparedAction prepared(HostContext host, String component) {
    return new ThinGenerations.Provider()
        .create(host)
        .prepare(world.issue(IssueType.DISK_FULL, component), HostStates.now().build());
  }

  private PreparedAction prepared() {
    return prepared(world.host, "/");
  }

  private TestExecution execution() {
    return new TestExecution(world.host.time(), Duration.ofMinutes(5));
  }

  private List<Integer> left(int last) {
    return IntStream.rangeClosed(1, last)
        .filter(n -> Files.isSymbolicLink(world.host.files().path(link(n))))
        .boxed()
        .toList();
  }

  private void refused(String why) {
    assertThatThrownBy(this::prepared)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(why);
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(left(LAST)).containsExactly(5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    assertThat(preview.items()).hasValue(4);
    assertThat(preview.steps().get(0)).endsWith("delete 4 of 14 generations of the system: 1-4");
    assertThat(report.before()).containsEntry("generations.count", 14.0);
    assertThat(report.after()).containsEntry("generations.count", 10.0);
  }

  @Override
  protected void changeTheWorld() {
    world.link(NixStore.PROFILE, "system-1-link");
  }

  @Test
  void bootedKnownGoodListedCurrentAndTheOneBeforeItStay() {
    world.link(NixStore.BOOTED, "/nix/store/sys1");
    world.link(NixStore.LAST_KNOWN_GOOD, "system-2-link");
    menu(14, 4);
    prepared().execute(execution());
    assertThat(left(LAST)).containsExactly(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
  }

  @Test
  void afterARollbackWhatIsBelowStays() {
    world.link(NixStore.PROFILE, "system-3-link");
    menu(3);
    prepared().execute(execution());
    assertThat(left(LAST)).containsExactly(2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
  }

  @Test
  void whatARollbackGoesToStaysAlsoBelowTheOneBefore() {
    world.link(NixStore.PROFILE, "system-3-link");
    world.link(link(2), "/nix/store/sys3");
    menu(3);
    prepared().execute(execution());
    assertThat(left(LAST)).contains(1, 2, 3).doesNotContain(4);
  }

  @Test
  void whatTheMenuListsIsSaidToBeTheReason() {
    menu(1, 2, 3, 4, 14);
    refused("none of the 14 generations of the system can go; 4 more would go but are in the boot");
  }

  @Test
  void nothingWithoutAMenuOrWithADanglingKnownGood() {
    remove(MENU);
    refused("no menu of a boot loader");
    menu(14);
    world.link(NixStore.LAST_KNOWN_GOOD, "system-99-link");
    refused("what is known to be good is not known");
  }

  @Test
  void nothingWhileNixIsAtWork() {
    PreparedAction prepared = prepared();
    world.host.processes().add(FakeProcesses.process(51, "nixos-rebuild"));
    refused("Nix is at work");
    assertThat(prepared.execute(execution()).result()).isEqualTo(Result.REFUSED);
    assertThat(left(LAST)).hasSize(LAST);
  }

  @Test
  void aMenuThatGrewSinceThePreviewRefuses() {
    PreparedAction prepared = prepared();
    menu(14, 4);
    assertThat(prepared.execute(execution()).result()).isEqualTo(Result.REFUSED);
    assertThat(left(LAST)).hasSize(LAST);
  }

  @Test
  void anotherGenerationUnderAPreviewedNumberRefuses() {
    PreparedAction prepared = prepared();
    world.link(link(2), "/nix/store/sys3");
    age(2, 360);
    assertThat(prepared.execute(execution()).result()).isEqualTo(Result.REFUSED);
    assertThat(left(LAST)).hasSize(LAST);
  }

  @Test
  void stopsBetweenBatches() {
    generations(210);
    menu(210);
    TestExecution execution = execution();
    PreparedAction prepared = prepared();
    List<String> first = argv(1, 100);
    world
        .host
        .commands()
        .on(
            command -> {
              execution.cancel();
              return deleted(command);
            },
            first.toArray(String[]::new));
    ActionReport report = prepared.execute(execution);
    assertThat(report.detail()).startsWith("stopped: 100 of 200 generations deleted");
    assertThat(left(210)).hasSize(110);
  }

  private static List<String> argv(int from, int to) {
    List<String> argv =
        new ArrayList<>(List.of(NIX_ENV, "--profile", NixStore.PROFILE, "--delete-generations"));
    IntStream.rangeClosed(from, to).forEach(number -> argv.add(Integer.toString(number)));
    return argv;
  }

  /** An empty battery, or a mistyped year: all would be older than 14 days. */
  @Test
  void aClockThatIsYearsAheadMakesNoGenerationOld() {
    world.host.files().write("/etc/hostname", "here");
    world.host.files().write("/proc/uptime", "86400.00 99.00\n");
    world.host.time().jumpWall(Duration.ofDays(3650));
    assertThatThrownBy(this::prepared).hasMessageContaining("the clock is wrong");
    assertThat(left(LAST)).hasSize(LAST);
  }

  @Test
  void aClockThatIsSetBackSinceThePreviewMakesThemYoungAgain() {
    PreparedAction prepared = prepared();
    world.host.time().jumpWall(Duration.ofDays(-360));
    assertThat(prepared.execute(execution()).result()).isEqualTo(Result.REFUSED);
    assertThat(left(LAST)).hasSize(LAST);
  }

  @Test
  void whatNixDoesNotDeleteIsNotSaidToBeDeleted() {
    PreparedAction prepared = prepared();
    world.host.commands().succeeds("", argv(1, 4).toArray(String[]::new));
    ActionReport report = prepared.execute(execution());
    assertThat(report.result()).isEqualTo(Result.FAILED);
    assertThat(report.detail()).startsWith("0 of 4 generations deleted");
  }

  @Test
  void keysAreBounded() {
    Configuration section = Configuration.of(Map.of("keep", 1, "weeks", -1, "younger-than", "x"));
    new ThinGenerations.Provider().create(world.host.withConfiguration(section));
    assertThat(section.problems()).hasSize(3);
  }

  @Test
  void keysAreUsed() {
    Configuration section = Configuration.of(Map.of("keep", 2, "weeks", 0, "younger-than", "100d"));
    prepared(world.host.withConfiguration(section), "/").execute(execution());
    assertThat(section.problems()).isEmpty();
    assertThat(left(LAST)).containsExactly(11, 12, 13, 14);
  }
}
