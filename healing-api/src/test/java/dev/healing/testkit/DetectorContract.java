package dev.healing.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Fingerprint;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.spi.Detector;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What every detector promises. Extend it, implement the three methods, and inherit the tests.
 *
 * <p>States are fed {@value #LOOKS} times, so that "n of the last m" has come to its conclusion.
 */
public abstract class DetectorContract {
  private static final int LOOKS = 100;

  /** A detector that has seen nothing yet. */
  protected abstract Detector detector();

  /** The state of a host in which nothing is wrong for it. */
  protected abstract HostState healthy();

  /** The state of a host in which it reports an issue. */
  protected abstract HostState sick();

  @Test
  public final void saysWhatItReportsAndKeepsToIt() {
    Detector detector = detector();
    assertThat(detector.reports()).as("reports()").isNotEmpty();
    assertThat(detector.reports()).as("reports(), asked again").isEqualTo(detector().reports());
    for (Issue issue : after(detector, sick()).issues()) {
      assertThat(detector.reports()).as("reports()").contains(issue.type());
      assertThat(issue.description()).as("description of %s", issue.type()).isNotBlank();
      assertThat(issue.components()).as("components of %s", issue.type()).isNotEmpty();
    }
  }

  @Test
  public final void reportsASickHostAsLongAsItIsSick() {
    Detector detector = detector();
    Set<Fingerprint> first = fingerprints(after(detector, sick()));
    assertThat(first).as("what it reports of the sick host").isNotEmpty();
    for (int look = 0; look < LOOKS; look++) {
      assertThat(fingerprints(detector.detect(sick())))
          .as("fingerprints of the same sick host, look %d", look)
          .isEqualTo(first);
    }
  }

  @Test
  public final void reportsNothingOfAHealthyHost() {
    Detector detector = detector();
    for (int look = 0; look < LOOKS; look++) {
      assertThat(detector.detect(healthy()).issues()).as("issues of a healthy host").isEmpty();
    }
  }

  @Test
  public final void theIssueIsGoneWhenTheHostIsHealthyAgain() {
    Detector detector = detector();
    after(detector, sick());
    assertThat(after(detector, healthy()).issues()).as("issues after the end").isEmpty();
    assertThat(after(detector, sick()).issues()).as("issues when it begins again").isNotEmpty();
  }

  @Test
  public final void sameStatesGiveTheSameFingerprints() {
    assertThat(fingerprints(after(detector(), sick())))
        .isEqualTo(fingerprints(after(detector(), sick())));
  }

  @Test
  public final void doesNotThrowWhenNothingIsKnown() {
    HostState nothing = HostStates.at(sick().at()).build();
    assertThat(after(detector(), nothing).issues()).as("issues without evidence").isEmpty();
    Detector before = detector();
    after(before, sick());
    after(before, nothing);
  }

  @Test
  public final void doesNotThrowWhenEverythingIsUnreadable() {
    HostStates blind = HostStates.at(sick().at());
    for (String what : named(sick())) {
      blind.unreadable(what, "Input/output error");
    }
    assertThat(after(detector(), blind.build()).issues()).as("issues without evidence").isEmpty();
    Detector before = detector();
    after(before, sick());
    after(before, blind.build());
  }

  private static Set<String> named(HostState state) {
    Set<String> names = new TreeSet<>(state.units().keySet());
    names.add("systemd");
    names.add("memory");
    for (Metric metric :
        Set.of(Metric.HEALTH, Metric.MEMORY_USED, Metric.CPU_BUSY, Metric.LOAD, Metric.SWAP_USED)) {
      names.add(metric.name());
    }
    for (String name : Set.of(Metric.FILESYSTEM_USED, Metric.FILESYSTEM_INODES_USED)) {
      names.add(name);
      names.addAll(state.components(name));
    }
    return names;
  }

  private static Detection after(Detector detector, HostState state) {
    Detection last = Detection.NOTHING;
    for (int look = 0; look < LOOKS; look++) {
      last = detector.detect(state);
    }
    return last;
  }

  private static Set<Fingerprint> fingerprints(Detection detection) {
    return detection.issues().stream().map(Issue::fingerprint).collect(Collectors.toSet());
  }
}
