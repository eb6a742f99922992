package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ListMultimap;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.VirtualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TriageTest {
  private final List<Tracked> open = new ArrayList<>();
  private final HostStates host = HostStates.now();

  private Tracked incident(Issue issue) {
    Tracked incident =
        new Tracked(
            "I" + open.size(), issue, issue.detectedAt(), Optional.of("d"), Optional.empty());
    open.add(incident);
    return incident;
  }

  private Tracked failed(String unit, String... requires) {
    host.service(unit, true, requires);
    return incident(Given.issue(VirtualTime.START, unit));
  }

  private Tracked brokenGeneration(String... explains) {
    return incident(
        Issue.of(
                VirtualTime.START,
                IssueType.GENERATION_BROKEN,
                Severity.HIGH,
                "broken since the switch",
                Map.of(),
                List.of("generation-42"))
            .explaining(List.of(explains)));
  }

  private ListMultimap<String, Tracked> link() {
    return Triage.link(open, host.build().units(), incident -> true);
  }

  @Test
  void whatIsUnrelatedHasNoCause() {
    Tracked web = failed("web.service", "other.service");
    Tracked db = failed("db.service");
    assertThat(link().isEmpty()).isTrue();
    assertThat(web.cause).isNull();
    assertThat(db.cause).isNull();
  }

  @Test
  void dependentsWaitForWhatTheyRequireWhateverCameFirst() {
    Tracked web = failed("web.service", "db.service");
    Tracked db = failed("db.service");
    Tracked api = failed("api.service", "db.service");
    assertThat(link().get(db.id)).containsExactly(web, api);
    assertThat(web.cause).isEqualTo(db.id);
    assertThat(api.cause).isEqualTo(db.id);
    assertThat(db.cause).isNull();
  }

  @Test
  void aChainIsWaitedForLinkByLink() {
    Tracked web = failed("web.service", "db.service");
    Tracked db = failed("db.service", "disk.service");
    Tracked disk = failed("disk.service");
    link();
    assertThat(web.cause).isEqualTo(db.id);
    assertThat(db.cause).isEqualTo(disk.id);
    assertThat(disk.cause).isNull();
  }

  @Test
  void aThrottleOfOursIsNoSymptom() {
    Tracked db = failed("db.service");
    Tracked storm = incident(Storm.issue(8, 8, VirtualTime.START).orElseThrow());
    host.service("web.service", false, "db.service");
    Tracked calm =
        incident(
            Issue.of(
                VirtualTime.START,
                IssueType.THROTTLED_CALM,
                Severity.LOW,
                "web.service has been calm",
                Map.of(),
                List.of("web.service")));
    link();
    assertThat(db.cause).isEqualTo(storm.id);
    assertThat(calm.cause).isNull();
  }

  @Test
  void aCauseThatIsGoneHoldsNobody() {
    Tracked web = failed("web.service", "db.service");
    Tracked db = failed("db.service");
    link();
    open.remove(db);
    assertThat(link().isEmpty()).isTrue();
    assertThat(web.cause).isNull();
  }

  @Test
  void unitsThatRequireEachOtherDoNotWaitForEver() {
    failed("a.service", "b.service");
    failed("b.service", "c.service");
    failed("c.service", "a.service");
    link();
    assertThat(open.stream().filter(incident -> incident.cause == null)).hasSize(1);
    failed("self.service", "self.service");
    link();
    assertThat(open.get(3).cause).isNull();
  }

  @Test
  void oneCauseInACircleDoesNotHideAnother() {
    Tracked a = failed("a.service", "b.service");
    Tracked b = failed("b.service", "a.service", "c.service");
    Tracked c = failed("c.service");
    link();
    assertThat(a.cause).isEqualTo(b.id);
    assertThat(b.cause).as("it cannot do without c either").isEqualTo(c.id);
  }

  @Test
  void whatBeganWithASwitchWaitsForTheSwitch() {
    Tracked web = failed("web.service", "db.service");
    Tracked db = failed("db.service");
    Tracked generation = brokenGeneration("web.service", "db.service");
    assertThat(link().get(generation.id)).containsExactly(web, db);
  }

  @Test
  void anExplanationThatWasHandedToAHumanReleasesItsSymptoms() {
    Tracked web = failed("web.service");
    Tracked generation = brokenGeneration("web.service");
    link();
    assertThat(web.cause).isEqualTo(generation.id);
    generation.status = IncidentStatus.ESCALATED;
    assertThat(link().isEmpty()).isTrue();
    assertThat(web.cause).isNull();
  }

  private Tracked fullDisk(Instant at) {
    return incident(
        Issue.of(at, IssueType.DISK_FULL, Severity.CRITICAL, "full", Map.of(), List.of("/data"))
            .explaining(List.of("data.mount")));
  }

  @Test
  void whoNeedsWhatIsFullWaitsForRoom() {
    Tracked db = failed("db.service", "data.mount");
    Tracked web = failed("web.service", "db.service");
    Tracked other = failed("other.service", "home.mount");
    Tracked disk = fullDisk(VirtualTime.START.plusSeconds(10));
    link();
    assertThat(db.cause).as("seen a little later").isEqualTo(disk.id);
    assertThat(web.cause).isEqualTo(db.id);
    assertThat(other.cause).isNull();
  }

  @Test
  void whatFailedLongBeforeItWasFullFailedForAnotherReason() {
    Tracked db = failed("db.service", "data.mount");
    fullDisk(VirtualTime.START.plusSeconds(61));
    link();
    assertThat(db.cause).isNull();
  }

  @Test
  void aStormHasNoCause() {
    Tracked memory =
        incident(
            Issue.of(
                    VirtualTime.START,
                    IssueType.MEMORY_HIGH,
                    Severity.HIGH,
                    "high",
                    Map.of(),
                    List.of("memory"))
                .explaining(List.of("host")));
    Tracked storm = incident(Storm.issue(9, 5, VirtualTime.START).orElseThrow());
    link();
    assertThat(storm.cause).isNull();
    assertThat(memory.cause).isEqualTo(storm.id);
  }
}
