package dev.healing.core.replay;

import dev.healing.api.Sample;
import dev.healing.core.calls.Inbox;
import dev.healing.core.calls.Inquiries;
import dev.healing.core.calls.Triggers;
import dev.healing.core.guard.Settings;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceHeader;
import dev.healing.core.trace.TraceWriter;
import dev.healing.core.watch.Watch;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the host by itself, as the loop does, and writes what samplers found. No detector is
 * asked, nothing is decided, and nothing is changed. Belongs to the thread that runs it.
 */
public final class Recording {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
  private static final Duration NOTHING_UNDER_WAY = Duration.ofHours(1);

  private final TimeSource time;
  private final Inbox inbox = new Inbox();
  private final Plugins plugins;
  private final Settings settings;
  private final Watch watch;
  private final Triggers triggers;
  private final TraceWriter trace;
  private List<Sample> samples = List.of();
  private List<String> reasons = new ArrayList<>();
  private @Nullable RecordedLook seen;
  private boolean over;

  /** Writes the head of the trace. */
  public Recording(
      HostContext host, Plugins plugins, Settings settings, String recordedBy, OutputStream to)
      throws IOException {
    this.time = host.time();
    this.plugins = plugins;
    this.settings = settings;
    watch = new Watch(time, host.workers(), found -> samples = List.copyOf(found));
    triggers =
        new Triggers(
            new Inquiries(host.workers()), reason -> inbox.post(() -> reasons.add(reason)));
    trace =
        new TraceWriter(
            to, new TraceHeader(recordedBy, time.bootId(), time.now(), settings.interval()));
  }

  /**
   * Records until it is over; a look that was begun then is waited for.
   *
   * @return how many looks
   */
  public long run(Optional<Duration> howLong, CompletionStage<?> until) throws IOException {
    until.whenComplete((none, fault) -> inbox.post(() -> over = true));
    try (trace) {
      triggers.start(plugins.triggers(), settings.patience());
      long begin = time.monotonicNanos();
      long last = begin - BETWEEN_LOOKS.toNanos();
      long next = begin;
      while (!over || watch.looking() && !Thread.currentThread().isInterrupted()) {
        long now = time.monotonicNanos();
        boolean woken = !reasons.isEmpty() && now - last >= BETWEEN_LOOKS.toNanos();
        if (!over && !watch.looking() && (now >= next || woken)) {
          last = now;
          next = now + settings.interval().toNanos();
          look();
        }
        await(howLong.map(span -> begin + span.toNanos()).orElse(Long.MAX_VALUE), next, last);
        inbox.drain();
        flush();
        over |= howLong.isPresent() && time.monotonicNanos() - begin >= howLong.get().toNanos();
      }
    } finally {
      triggers.end(settings.patience());
    }
    return trace.looks();
  }

  private void look() {
    List<String> wokenBy = reasons;
    reasons = new ArrayList<>();
    watch.begin(
        plugins,
        Map.of(),
        List.of(),
        found ->
            inbox.post(
                () -> {
                  watch.ended();
                  seen =
                      new RecordedLook(
                          found.state().at(),
                          found.startedNanos(),
                          wokenBy,
                          samples,
                          List.copyOf(found.state().units().values()),
                          found.state().unreadable(),
                          found.faults());
                }));
  }

  /** Writes the look that has arrived. */
  private void flush() throws IOException {
    RecordedLook look = seen;
    if (look != null) {
      seen = null;
      trace.add(look);
    }
  }

  private void await(long end, long next, long last) {
    Duration plugins = watch.enforce(settings.pluginDeadline()).orElse(NOTHING_UNDER_WAY);
    long now = time.monotonicNanos();
    long due = Math.min(over ? Long.MAX_VALUE : end, now + plugins.toNanos());
    if (!watch.looking()) {
      due = Math.min(due, reasons.isEmpty() ? next : last + BETWEEN_LOOKS.toNanos());
    }
    try {
      inbox.await(Duration.ofNanos(Math.max(0, due - now)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      over = true;
    }
  }
}
