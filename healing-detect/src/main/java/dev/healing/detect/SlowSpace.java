package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles.Space;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Room on a file system that may hang: asked in the background, told as long as it is fresh. */
final class SlowSpace {
  private static final long ASK_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long FRESH_NANOS = Duration.ofSeconds(90).toNanos();

  private record Answer(@Nullable Space space, String trouble, long nanos, Instant at) {}

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

  private void ask() {
    try {
      Space space = context.files().space(place);
      answer = new Answer(space, "", context.time().monotonicNanos(), context.time().now());
    } catch (HostException e) {
      String why = String.valueOf(e.getMessage());
      answer = new Answer(null, why, context.time().monotonicNanos(), context.time().now());
    } finally {
      asking = false;
    }
  }
}
