package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles.Space;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Room on a file system that may hang: asked in the background, told as long as it is fresh. Where
 * half of it is in use it may be that something is reported and done about it: then it is asked at
 * every look, which waits a moment for the answer: what is told is of that look.
 */
final class SlowSpace {
  private static final long ASK_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long FRESH_NANOS = Duration.ofSeconds(90).toNanos();
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final double SCARCE_FRACTION = 0.5;

  private record Answer(@Nullable Space space, String trouble, long nanos, Instant at) {
    boolean scarce() {
      return space != null && space.usedFraction() >= SCARCE_FRACTION;
    }
  }

  private final HostContext context;
  private final String place;
  private volatile @Nullable Answer answer;
  private volatile boolean asking;
  private boolean asked;
  private long askedAt;

  SlowSpace(HostContext context, String place) {
    this.context = context;
    this.place = place;
  }

  void sample(Look look) {
    askAtOnceIfScarce();
    long now = context.time().monotonicNanos();
    Answer last = answer;
    if (last != null && now - last.nanos() < FRESH_NANOS && last.space() != null) {
      look.space(place, last.space(), last.at());
    } else if (last != null && now - last.nanos() < FRESH_NANOS) {
      look.unreadable(place, last.trouble());
    } else if (asked) {
      look.unreadable(place, "has not answered yet: is its server reachable?");
    }
    if (!asking && (!asked || now - askedAt >= ASK_NANOS)) {
      asked = true;
      askedAt = now;
      asking = true;
      context.workers().start("room on " + place, this::ask);
    }
  }

  private void askAtOnceIfScarce() {
    Answer last = answer;
    if (last == null || !last.scarce() || asking) {
      return;
    }
    askedAt = context.time().monotonicNanos();
    try {
      context.workers().call("room on " + place, PATIENCE, this::ask);
    } catch (HostException e) {
      // Not in time: it is told what was known, and a later look tells what comes of it.
    }
  }

  private Answer ask() {
    asking = true;
    try {
      Answer next = measured();
      answer = next;
      return next;
    } finally {
      asking = false;
    }
  }

  private Answer measured() {
    try {
      Space space = context.files().space(place);
      return new Answer(space, "", context.time().monotonicNanos(), context.time().now());
    } catch (HostException e) {
      String why = String.valueOf(e.getMessage());
      return new Answer(null, why, context.time().monotonicNanos(), context.time().now());
    }
  }
}
