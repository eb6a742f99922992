package dev.healing.actions.nixos.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Connections are closed faster than the kernel may remember them, until the limit is higher. */
class TuneNetworkContractTest extends WorldContract {
  private static final String SETTING = "net.ipv4.tcp_max_tw_buckets";
  private static final String FILE = "/proc/sys/net/ipv4/tcp_max_tw_buckets";

  private boolean helps = true;
  private boolean somebodyElse;

  TuneNetworkContractTest() {
    super(new TuneNetwork.Provider(), IssueType.NETWORK_LIMIT, SETTING);
    world.host.files().write(FILE, "1024\n");
    grow(0);
  }

  /** A second passes, and another, for two minutes. */
  private void grow(int second) {
    long count = second * 2L;
    world.host.files().write("/proc/net/netstat", netstat(count));
    counts(1, count);
  }

  private void counts(int second, long count) {
    if (second > 120) {
      return;
    }
    world
        .host
        .time()
        .happens(
            Duration.ofSeconds(1),
            "connections",
            () -> {
              boolean raised = !value().equals("1024");
              long next = raised && helps ? count : count + 2;
              world.host.files().write("/proc/net/netstat", netstat(next));
              if (raised && somebodyElse) {
                world.host.files().write(FILE, "9999\n");
              }
              counts(second + 1, next);
            });
  }

  private static String netstat(long count) {
    return "TcpExt: SyncookiesSent TCPTimeWaitOverflow\nTcpExt: 0 " + count + "\n";
  }

  private String value() {
    return world.host.files().read(FILE).orElseThrow().strip();
  }

  @Override
  protected Object worldSnapshot() {
    return value();
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.target()).isEqualTo(SETTING);
    assertThat(preview.steps().get(0))
        .isEqualTo("set " + SETTING + " from 1024 to 2048 until the next boot");
    assertThat(value()).isEqualTo("2048");
    assertThat(report.before().get("network.refused.per_minute")).isBetween(100.0, 140.0);
    assertThat(report.after().get("network.refused.per_minute")).isLessThan(10);
  }

  @Override
  protected void changeTheWorld() {
    world.host.files().write(FILE, "4096\n");
  }

  private ActionReport run() {
    return provider()
        .create(context())
        .prepare(issue(), state())
        .execute(new TestExecution(time(), Duration.ofMinutes(2)));
  }

  @Test
  void whatDoesNotHelpIsPutBack() {
    helps = false;
    ActionReport report = run();
    assertThat(report.result()).isEqualTo(Result.NOTHING_GAINED);
    assertThat(report.detail()).contains("set to 1024 again");
    assertThat(value()).isEqualTo("1024");
  }

  @Test
  void whatSomebodyElseHasSetSinceIsLeftAsItIs() {
    helps = false;
    somebodyElse = true;
    ActionReport report = run();
    assertThat(report.detail()).contains("somebody has set it to 9999 since");
    assertThat(value()).isEqualTo("9999");
  }

  @Test
  void whatIsHighEnoughOrNotOursToSetIsRefused() {
    world.host.files().write(FILE, "1048576\n");
    assertThatThrownBy(this::run)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("no more than");
    var other = world.issue(IssueType.NETWORK_LIMIT, "net.core.somaxconn");
    assertThatThrownBy(() -> provider().create(context()).prepare(other, state()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("for a person to set");
  }
}
