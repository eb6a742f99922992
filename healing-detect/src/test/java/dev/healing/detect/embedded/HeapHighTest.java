package dev.healing.detect.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.testkit.DetectorContract;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The heap after a collection, of a virtual machine made of fakes, and of this one. */
class HeapHighTest {
  private static final long MIB = 1 << 20;

  private long usedMib;
  private long maxMib = 100;
  private Instant now = VirtualTime.START;
  private final Detector detector = detector(Map.of());

  private MemoryPoolMXBean old() {
    return Beans.of(
        MemoryPoolMXBean.class,
        Map.of(
            "getName", () -> "Old Gen",
            "getType", () -> MemoryType.HEAP,
            "isUsageThresholdSupported", () -> true,
            "isCollectionUsageThresholdSupported", () -> true,
            "getUsage",
                () -> new MemoryUsage(0, 99 * MIB, 100 * MIB, maxMib < 0 ? -1 : maxMib * MIB),
            "getCollectionUsage", () -> new MemoryUsage(0, usedMib * MIB, 100 * MIB, -1)));
  }

  private static MemoryPoolMXBean young() {
    return Beans.of(
        MemoryPoolMXBean.class,
        Map.of(
            "getType", () -> MemoryType.HEAP,
            "isUsageThresholdSupported", () -> false,
            "isCollectionUsageThresholdSupported", () -> true));
  }

  private Detector detector(Map<String, ?> section) {
    return new HeapHigh.Provider(List.of(young(), old()))
        .create(new TestHost().withConfiguration(Configuration.of(section)));
  }

  private Detection look() {
    now = now.plusSeconds(1);
    return detector.detect(HostStates.at(now).build());
  }

  private Detection collected(long mib) {
    usedMib = mib;
    return look();
  }

  @Test
  void twoOfThreeCollectionsThatLeaveTooMuchAreReported() {
    assertThat(look().issues()).as("before the first collection").isEmpty();
    assertThat(collected(91).issues()).isEmpty();
    assertThat(look().issues()).as("the same collection, looked at again").isEmpty();
    Issue issue = collected(93).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.description())
        .isEqualTo("93% of the old generation (100.0 MiB) is in use after a collection");
    assertThat(issue.metrics()).containsEntry("jvm.heap.after_collection.fraction", 0.93);
    collected(98);
    assertThat(collected(99).issues().get(0).severity()).isEqualTo(Severity.CRITICAL);
    assertThat(collected(85).issues()).as("between the levels").hasSize(1);
    assertThat(collected(79)).isEqualTo(Detection.NOTHING);
  }

  /** What was freed shows when it is collected; until then it is as it was. */
  @Test
  void withoutACollectionItIsOldEvidence() {
    collected(91);
    collected(92);
    Instant collectedAt = now;
    look();
    assertThat(look().issues().get(0).detectedAt()).isEqualTo(collectedAt);
  }

  @Test
  void withoutAMaximumNothingIsKnown() {
    maxMib = -1;
    assertThat(collected(91).unreadable()).hasSize(1);
  }

  @Test
  void thisVirtualMachineTellsOfItsOldGeneration() {
    System.gc();
    Detector own =
        new HeapHigh.Provider()
            .create(
                new TestHost()
                    .withConfiguration(
                        Configuration.of(
                            Map.of("high", "0.0001%", "clear", "0%", "for", "1 of 1"))));
    Issue issue = own.detect(HostStates.now().build()).issues().get(0);
    assertThat(issue.metrics().get(Metric.of("jvm.heap.after_collection.fraction").toString()))
        .isBetween(0.0, 1.0);
  }

  @Nested
  class Contract extends DetectorContract {
    private record Collecting(HeapHighTest test, Detector own) implements Detector {
      @Override
      public Set<dev.healing.api.IssueType> reports() {
        return own.reports();
      }

      @Override
      public Detection detect(HostState state) {
        boolean ill = state.health().orElse(100) < 50;
        test.usedMib = (ill ? 91 : 20) + (test.usedMib + 1) % 2;
        return own.detect(state);
      }
    }

    @Override
    protected Detector detector() {
      return new Collecting(HeapHighTest.this, HeapHighTest.this.detector(Map.of()));
    }

    @Override
    protected HostState healthy() {
      return HostStates.now().health(90).build();
    }

    @Override
    protected HostState sick() {
      return HostStates.now().health(10).build();
    }
  }
}
