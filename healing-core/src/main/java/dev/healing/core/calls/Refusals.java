package dev.healing.core.calls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.Optional;

/**
 * Actions that refused to treat a problem a moment ago, so that they are not asked all the time.
 */
public final class Refusals {
  private static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(30);

  private record Key(Fingerprint fingerprint, ActionId action) {}

  private final Cache<Key, String> reasons;

  /** Knows of none. */
  public Refusals(TimeSource time) {
    reasons =
        Caffeine.newBuilder()
            .expireAfterWrite(ASKED_AGAIN_AFTER)
            .maximumSize(10_000)
            .ticker(time::monotonicNanos)
            .executor(Runnable::run)
            .build();
  }

  /** Notes that an action refused. */
  public void add(Fingerprint fingerprint, ActionId action, String reason) {
    reasons.put(new Key(fingerprint, action), reason);
  }

  /** Why it refused, if that was a moment ago. */
  public Optional<String> reason(Fingerprint fingerprint, ActionId action) {
    return Optional.ofNullable(reasons.getIfPresent(new Key(fingerprint, action)));
  }
}
