package dev.healing.core.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceHeader;
import dev.healing.core.trace.TraceReader;
import dev.healing.core.trace.TraceWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** What detectors would be shown from a trace is what they were shown. */
class TraceProperties {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final TraceHeader HEADER =
      new TraceHeader("1.2.3", "boot", START, Duration.ofSeconds(1));
  private static final List<Metric> METRICS =
      List.of(
          Metric.CPU_BUSY,
          Metric.LOAD,
          Metric.of(Metric.FILESYSTEM_USED, "/"),
          Metric.of(Metric.FILESYSTEM_USED, "/a{b}\n\"ü\u0000"),
          Metric.of("x{y}", "z"));

  private static List<RecordedLook> looks(Random random, int count) {
    List<RecordedLook> looks = new ArrayList<>();
    Instant at = START;
    Sample seldom = new Sample(Metric.of("kills"), 3, START.minusSeconds(99_999));
    for (int i = 0; i < count; i++) {
      at =
          at.plusNanos(
              random.nextInt(50) == 0 ? -3_600_000_000_000L : random.nextInt(2_000_000_000));
      List<Sample> samples = new ArrayList<>();
      for (Metric metric : METRICS) {
        for (int n = random.nextInt(20); n > 3; n = n == 19 ? 18 : 0) { // now and then twice
          samples.add(new Sample(metric, any(random), at.minusNanos(random.nextInt(3) * 17L)));
        }
      }
      if (random.nextInt(10) > 0) {
        samples.add(seldom);
      }
      looks.add(
          new RecordedLook(
              at,
              random.nextLong(),
              random.nextInt(5) == 0 ? List.of("systemd: web.service", "memory") : List.of(),
              samples,
              units(random),
              random.nextInt(6) == 0 ? List.of(new Unreadable("/var", "it hangs")) : List.of(),
              random.nextInt(6) == 0 ? Map.of("sampler:host", "it threw") : Map.of()));
    }
    return looks;
  }

  private static double any(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(5);
      case 1 -> random.nextGaussian() * 1e18;
      case 2 -> Double.MIN_VALUE * random.nextInt(100);
      default -> random.nextDouble();
    };
  }

  private static List<UnitState> units(Random random) {
    List<UnitState> units = new ArrayList<>();
    for (String name : List.of("a.service", "b.mount")) {
      if (random.nextInt(4) > 0) {
        boolean failed = random.nextInt(5) == 0;
        units.add(
            new UnitState(
                name,
                "loaded",
                failed ? "failed" : "active",
                "running",
                failed ? "signal" : "success",
                "notify",
                failed ? OptionalLong.empty() : OptionalLong.of(77),
                "c0ffee",
                random.nextInt(5) == 0 ? Optional.of(START.plusNanos(5)) : Optional.empty(),
                failed ? Set.of() : Set.of("x.mount", "c.service")));
      }
    }
    return units;
  }

  private static byte[] written(List<RecordedLook> looks) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TraceWriter writer = new TraceWriter(bytes, HEADER)) {
      for (RecordedLook look : looks) {
        writer.add(look);
      }
    }
    return bytes.toByteArray();
  }

  private static HostState state(RecordedLook look, MetricHistory history) {
    history.add(look.samples());
    return new HostSnapshot(
        look.at(),
        MetricIndex.EMPTY.of(look.samples()),
        look.samples(),
        look.units(),
        look.unreadable(),
        history,
        List.of());
  }

  private static void assertSame(HostState read, HostState was) {
    assertThat(read.at()).isEqualTo(was.at());
    for (Metric metric : METRICS) {
      assertThat(read.sample(metric)).isEqualTo(was.sample(metric));
      assertThat(read.recent(metric, 600)).isEqualTo(was.recent(metric, 600));
      assertThat(read.components(metric.name())).isEqualTo(was.components(metric.name()));
    }
    Metric kills = Metric.of("kills");
    assertThat(read.sample(kills)).isEqualTo(was.sample(kills));
    assertThat(read.units()).isEqualTo(was.units());
    assertThat(read.unreadable()).isEqualTo(was.unreadable());
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void whatWasRecordedIsReadBack(@ForAll long seed) throws IOException {
    List<RecordedLook> looks = looks(new Random(seed), 40);
    MetricHistory was = new MetricHistory();
    MetricHistory is = new MetricHistory();
    try (TraceReader reader = new TraceReader(new ByteArrayInputStream(written(looks)))) {
      assertThat(reader.header()).isEqualTo(HEADER);
      for (RecordedLook look : looks) {
        RecordedLook read = reader.next().orElseThrow();
        assertSame(state(read, is), state(look, was));
        assertThat(read.samples()).containsExactlyInAnyOrderElementsOf(look.samples());
        assertThat(read.startedNanos()).isEqualTo(look.startedNanos());
        assertThat(read.wokenBy()).isEqualTo(look.wokenBy());
        assertThat(read.faults()).isEqualTo(look.faults());
      }
      assertThat(reader.next()).isEmpty();
      assertThat(reader.next()).isEmpty();
      assertThat(reader.torn()).isFalse();
    }
  }

  /** Reads until there is nothing more, or nothing sensible. */
  private static int read(byte[] bytes, List<RecordedLook> looks, boolean whole) {
    int read = 0;
    try (TraceReader reader = new TraceReader(new ByteArrayInputStream(bytes))) {
      for (Optional<RecordedLook> look = reader.next(); look.isPresent(); look = reader.next()) {
        assertThat(look.get().at()).isEqualTo(looks.get(read).at());
        read++;
      }
      assertThat(reader.torn()).isNotEqualTo(whole);
    } catch (HealingException e) {
      assertThat(e).hasMessageMatching("(?s)(it is no trace|the trace is damaged after|it is a).*");
    }
    return read;
  }

  @Test
  void whereverItsWriterWasKilledItIsReadUpToThere() throws IOException {
    List<RecordedLook> looks = looks(new Random(1), 60);
    byte[] bytes = written(looks);
    assertThat(read(bytes, looks, true)).isEqualTo(60);
    int before = 0;
    for (int length = 0; length < bytes.length - 10; length += 3 + length / 100) {
      int read = read(Arrays.copyOf(bytes, length), looks, false);
      assertThat(read).isGreaterThanOrEqualTo(before);
      before = read;
    }
    assertThat(before).isBetween(50, 60);
    // Each tenth look is on disk.
    ByteArrayOutputStream killed = new ByteArrayOutputStream();
    TraceWriter writer = new TraceWriter(killed, HEADER);
    for (RecordedLook look : looks.subList(0, 39)) {
      writer.add(look);
    }
    assertThat(read(killed.toByteArray(), looks, false)).isEqualTo(30);
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void damageIsToldInOurWords(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<RecordedLook> looks = looks(random, 20);
    byte[] bytes = written(looks);
    for (int i = 0; i < 5; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    try (TraceReader reader = new TraceReader(new ByteArrayInputStream(bytes))) {
      while (reader.next().isPresent()) {
        // Until it is not sensible any more.
      }
    } catch (HealingException e) {
      assertThat(e).hasMessageMatching("(?s)(it is no trace|the trace is damaged|it is a).*");
    }
  }

  @Test
  void whatIsNoTraceIsRefused() {
    assertThatThrownBy(() -> new TraceReader(new ByteArrayInputStream(new byte[] {1, 2, 3})))
        .isInstanceOf(HealingException.class)
        .hasMessageContaining("expected a file of 'healing record'");
  }

  /** Whatever changes: what looks have in common need not be looked up for each. */
  @Test
  void samplesKeepTheirOrder() throws IOException {
    List<RecordedLook> looks = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Instant at = START.plusSeconds(i);
      Sample now = new Sample(Metric.LOAD, i, at);
      Sample seldom = new Sample(METRICS.get(2), i / 2, START.plusSeconds(i / 2));
      List<Sample> samples = List.of(now, seldom);
      looks.add(new RecordedLook(at, i, List.of(), samples, List.of(), List.of(), Map.of()));
    }
    try (TraceReader reader = new TraceReader(new ByteArrayInputStream(written(looks)))) {
      for (RecordedLook look : looks) {
        assertThat(reader.next().orElseThrow().samples()).isEqualTo(look.samples());
      }
    }
  }
}
