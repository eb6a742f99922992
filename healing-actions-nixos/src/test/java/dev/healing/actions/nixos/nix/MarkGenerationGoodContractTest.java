package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MarkGenerationGoodContractTest extends GenerationsContract {
  private static final String MARK = "/nix/var/nix/profiles/system-last-known-good";

  MarkGenerationGoodContractTest() {
    super(new MarkGenerationGood.Provider(), IssueType.GENERATION_UNMARKED, MARK);
    world.link(MARK, "/nix/store/sys1");
    marking(command -> world.linked(MARK, "/nix/store/sys2"));
  }

  private void marking(Function<Command, CommandRunner.Result> answer) {
    world
        .host
        .commands()
        .on(answer, "nix-store", "--add-root", MARK, "--indirect", "--realise", "/nix/store/sys2");
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.target()).isEqualTo(MARK);
    assertThat(report.before()).containsEntry("generation", 1.0);
    assertThat(report.after()).containsEntry("generation", 2.0);
  }

  @Test
  void whatDoesNotRunIsNotMarked() {
    world.link(NixStore.RUNNING, "/nix/store/sys1");
    assertThatThrownBy(() -> provider().create(context()).prepare(issue(), state()))
        .hasMessageContaining("is not what runs");
  }

  @Test
  void markingThatLiesIsFoundByReadingBack() {
    marking(command -> new CommandRunner.Result(0, "", "", false, false));
    ActionReport report =
        provider()
            .create(context())
            .prepare(issue(), state())
            .execute(new TestExecution(time(), Duration.ofMinutes(2)));
    assertThat(report.result()).isEqualTo(ActionReport.Result.FAILED);
    assertThat(report.detail()).contains("does not lead to /nix/store/sys2");
  }
}
