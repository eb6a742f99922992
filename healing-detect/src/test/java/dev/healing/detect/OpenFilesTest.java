package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services of which a process runs out of files that it may open. */
class OpenFilesTest {
  private static final String GROUP = "/sys/fs/cgroup/system.slice/app.service";
  private static final Metric APP = Metric.of(OpenFiles.USED, "app.service");

  @TempDir Path root;
  private TestHost host;
  private Looks looks;

  @BeforeEach
  void aServiceWithTwoProcesses() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
    host.files().write(GROUP + "/cgroup.procs", "10\n11\n");
    process(10, 120);
    process(11, 3);
    looks = looks(Map.of());
  }

  private Looks looks(Map<String, ?> keys) {
    return new Looks(
        host,
        new KernelSampler.Provider().create(host),
        new LimitNear.Provider().create(host.withConfiguration(Configuration.of(keys))));
  }

  private void process(int pid, int open) throws Exception {
    String limits = Hosts.text("vm", "limits").replaceAll("(Max open files +)20000 ", "$1200   ");
    host.files().write("/proc/" + pid + "/limits", limits);
    Path files = Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
    for (int fd = 0; fd < 200; fd++) {
      Files.deleteIfExists(files.resolve(String.valueOf(fd)));
      if (fd < open) {
        Files.createFile(files.resolve(String.valueOf(fd)));
      }
    }
  }

  private Detection over(int seconds) {
    Detection last = Detection.NOTHING;
    for (int second = 0; second < seconds; second++) {
      host.time().advance(Duration.ofSeconds(1));
      last = looks.again();
    }
    return last;
  }

  @Test
  void aProcessThatHasNearlyAllThatItMayIsReportedUntilItHasNot() throws Exception {
    assertThat(over(60).issues()).isEmpty();
    assertThat(looks.values()).containsEntry(APP, 0.6);
    process(10, 180);
    assertThat(over(15).issues()).isEmpty();
    Issue issue = over(10).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly("app.service");
    assertThat(issue.description())
        .isEqualTo("a process of app.service has 90% of the files open that it may (LimitNOFILE)");
    process(10, 199);
    assertThat(over(30).issues().get(0).severity()).isEqualTo(Severity.HIGH);
    process(10, 110);
    assertThat(over(11).issues()).isEmpty();
  }

  @Test
  void aServiceThatIsNearBothOfItsLimitsIsOneProblemAsSevereAsTheWorse() throws Exception {
    over(1);
    process(10, 180);
    host.files().write(GROUP + "/pids.current", "97\n").write(GROUP + "/pids.max", "100\n");
    List<Issue> issues = over(90).issues();
    assertThat(issues).hasSize(1);
    Issue issue = issues.get(0);
    assertThat(issue.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(issue.description())
        .isEqualTo(
            "97% of the processes and threads of app.service (TasksMax);"
                + " a process of app.service has 90% of the files open that it may (LimitNOFILE)");
    assertThat(issue.metrics())
        .containsKeys(APP.toString(), Metric.of(KernelLimits.USED, "app.service").toString());
  }

  @Test
  void whoHasFewerThanHalfIsNotTold() throws Exception {
    process(10, 99);
    over(61);
    assertThat(looks.values()).doesNotContainKey(APP);
  }

  @Test
  void ofAProcessThatHasEndedNothingIsTold() throws Exception {
    process(10, 199);
    assertThat(over(40).issues()).hasSize(1);
    host.files().write(GROUP + "/cgroup.procs", "12\n");
    Detection ended = over(11);
    assertThat(ended.issues()).isEmpty();
    assertThat(looks.values()).doesNotContainKey(APP);
    assertThat(over(60)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatIsMeantToHaveAllOpenIsIgnored() throws Exception {
    looks = looks(Map.of("ignore", List.of("app.*")));
    process(10, 199);
    assertThat(over(60)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void theLimitIsReadFromACapturedProcess() {
    String limits = Hosts.text("vm", "limits");
    assertThat(OpenFiles.softLimit(limits)).hasValue(20_000);
    assertThat(OpenFiles.softLimit(limits.replace("20000", "unlimited"))).isEmpty();
    assertThat(OpenFiles.softLimit("")).isEmpty();
  }
}
