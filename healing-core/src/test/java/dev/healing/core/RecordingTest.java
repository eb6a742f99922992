package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceReader;
import dev.healing.spi.HostContext;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In real time, since it waits for itself; nothing is measured. */
class RecordingTest {
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger detections = new AtomicInteger();
  private final AtomicReference<Trigger.Wake> wake = new AtomicReference<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  @TempDir private Path directory;

  private final class Signals implements TriggerProvider, Trigger {
    private boolean closed;

    @Override
    public String name() {
      return "signals";
    }

    @Override
    public Trigger create(HostContext context) {
      return this;
    }

    @Override
    public String start(Wake listening) {
      wake.set(listening);
      return "listening";
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private Reading read() {
    int number = reads.incrementAndGet();
    if (number == 2) {
      wake.get().now("web.service has failed");
      wake.get().now("web.service is up");
    }
    if (number == 4) {
      over.complete(null);
    }
    if (number == 3) {
      throw new IllegalStateException("out of order");
    }
    return new Reading(
        List.of(new Sample(Metric.CPU_BUSY, number / 8.0, Instant.now())), List.of(), List.of());
  }

  @Test
  void whatWokeItAndWhatItFoundIsWrittenAndNothingElseIsDone() throws IOException {
    Signals signals = new Signals();
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    Path state = directory.resolve("none");
    try (LinuxHost host = LinuxHost.observe(state);
        HealingEngine engine =
            Given.engine(host, Map.of("interval", "100ms"))
                .add(Given.sampler("own", this::read))
                .add(
                    Given.detector(
                        "never",
                        found -> {
                          detections.incrementAndGet();
                          return Detection.NOTHING;
                        }))
                .add(signals)
                .build()) {
      assertThat(engine.record(to, "1.2.3", Optional.empty(), over)).isEqualTo(4);
    }
    List<RecordedLook> looks = new ArrayList<>();
    try (TraceReader reader = new TraceReader(new ByteArrayInputStream(to.toByteArray()))) {
      assertThat(reader.header().recordedBy()).isEqualTo("1.2.3");
      assertThat(reader.header().interval()).isEqualTo(Duration.ofMillis(100));
      for (Optional<RecordedLook> look = reader.next(); look.isPresent(); look = reader.next()) {
        looks.add(look.get());
      }
      assertThat(reader.torn()).isFalse();
    }
    assertThat(looks).extracting(look -> look.samples().size()).containsExactly(1, 1, 0, 1);
    assertThat(looks.get(1).samples().get(0).value()).isEqualTo(0.25);
    assertThat(looks.get(2).wokenBy())
        .containsExactly("web.service has failed", "web.service is up");
    assertThat(looks.get(2).faults()).containsOnlyKeys("sampler:own");
    assertThat(looks.get(3).wokenBy()).isEmpty();
    assertThat(detections).hasValue(0);
    assertThat(signals.closed).isTrue();
    assertThat(state).doesNotExist();
    assertThat(Files.list(directory)).isEmpty();
  }

  @Test
  void itEndsWhenItsTimeIsOver() throws IOException {
    try (LinuxHost host = LinuxHost.observe(directory.resolve("none"));
        HealingEngine engine =
            Given.engine(host, Map.of("interval", "1h"))
                .add(Given.sampler("own", () -> new Reading(List.of(), List.of(), List.of())))
                .build()) {
      Optional<Duration> soon = Optional.of(Duration.ofMillis(50));
      assertThat(engine.record(new ByteArrayOutputStream(), "1", soon, over)).isEqualTo(1);
    }
  }
}
