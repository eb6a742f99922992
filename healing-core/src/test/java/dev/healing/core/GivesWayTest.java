package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What can be done again later does not keep waiting what is serious and cannot. */
class GivesWayTest {
  private static final String FULL = "/full";
  private static final String BROKEN = "system";

  private final TestHost host = new TestHost();
  private final Map<String, Severity> issues = new TreeMap<>();
  private boolean givesWay = true;
  private boolean idempotent;
  private Severity severity = Severity.HIGH;
  private List<String> details = List.of();
  private long rolledBackNanos;

  private long rolledBackAfterSeconds() {
    HealingEngine engine =
        Given.engine(host, Map.of())
            .add((DetectorProvider) new Both())
            .add(
                action(
                    ActionId.GARBAGE_COLLECT,
                    IssueType.DISK_FULL,
                    true,
                    execution -> {
                      if (givesWay) {
                        execution.givesWay();
                      }
                      String how = execution.pause(Duration.ofMinutes(20)) ? "all" : "some";
                      issues.remove(FULL);
                      return ActionReport.done(how + " is collected");
                    }))
            .add(
                action(
                    ActionId.ROLLBACK_GENERATION,
                    IssueType.GENERATION_BROKEN,
                    idempotent,
                    execution -> {
                      rolledBackNanos = host.time().monotonicNanos();
                      issues.remove(BROKEN);
                      return ActionReport.done("rolled back");
                    }))
            .build();
    engine.open();
    EngineDriver driver = new EngineDriver(host.time(), engine);
    issues.put(FULL, Severity.CRITICAL);
    driver.run(Duration.ofSeconds(10));
    issues.put(BROKEN, severity);
    long began = host.time().monotonicNanos();
    driver.run(Duration.ofMinutes(30));
    details = engine.audit().history(10).stream().map(receipt -> receipt.detail()).toList();
    return Duration.ofNanos(rolledBackNanos - began).toSeconds();
  }

  @Test
  void whatMayBeStoppedAtNoLossIsStoppedForIt() {
    assertThat(rolledBackAfterSeconds()).isLessThan(10);
    assertThat(details)
        .anySatisfy(d -> assertThat(d).contains("it gave way to incident", "some is collected"));
  }

  @Test
  void whatHasNotSaidThatItMayIsWaitedFor() {
    givesWay = false;
    assertThat(rolledBackAfterSeconds()).isGreaterThan(1000);
    assertThat(details).anySatisfy(d -> assertThat(d).contains("all is collected"));
  }

  @Test
  void norIsItStoppedForWhatCanBeDoneAgainToo() {
    idempotent = true;
    assertThat(rolledBackAfterSeconds()).isGreaterThan(1000);
  }

  @Test
  void norForWhatIsNotSerious() {
    severity = Severity.MEDIUM;
    assertThat(rolledBackAfterSeconds()).isGreaterThan(1000);
  }

  private static ActionProvider action(
      ActionId id,
      IssueType treats,
      boolean idempotent,
      Function<Execution, ActionReport> execute) {
    ActionDescription description =
        new ActionDescription(
            id,
            "does " + id,
            Set.of(treats),
            Risk.MEDIUM,
            Set.of(),
            idempotent,
            ActionDescription.IRREVERSIBLE,
            Duration.ofSeconds(1),
            Duration.ofMinutes(30));
    return new Given.Actions(
        id.name(),
        new HealingAction() {
          @Override
          public ActionDescription description() {
            return description;
          }

          @Override
          public PreparedAction prepare(Issue issue, HostState state) {
            String target = issue.components().first();
            Preview preview =
                Preview.of(target, "store", Duration.ofMinutes(1), Map.of(), "mend " + target);
            return new PreparedAction() {
              @Override
              public Preview preview() {
                return preview;
              }

              @Override
              public ActionReport execute(Execution execution) {
                return execute.apply(execution);
              }
            };
          }
        });
  }

  private final class Both implements DetectorProvider, Detector {
    @Override
    public String name() {
      return "both";
    }

    @Override
    public Detector create(HostContext context) {
      return this;
    }

    @Override
    public Set<IssueType> reports() {
      return Set.of(IssueType.DISK_FULL, IssueType.GENERATION_BROKEN);
    }

    @Override
    public Detection detect(HostState state) {
      return Detection.of(
          issues.entrySet().stream()
              .map(
                  issue ->
                      Issue.of(
                          state.at(),
                          issue.getKey().equals(FULL)
                              ? IssueType.DISK_FULL
                              : IssueType.GENERATION_BROKEN,
                          issue.getValue(),
                          "there",
                          Map.of(),
                          List.of(issue.getKey())))
              .toList());
    }
  }
}
