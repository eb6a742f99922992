package dev.healing.core;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.HostState;
import dev.healing.api.UnitState;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Actions that refused to treat a problem a moment ago, so that they are not asked all the time. A
 * refusal was said of one incident and of its units as they were: of nothing else does it hold.
 */
final class Refusals {
  private static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(30);

  /** So often in a row, whatever has changed: to work it out may be a walk through a disk. */
  private static final int MOST = 3;

  private record Key(Fingerprint fingerprint, ActionId action) {}

  /**
   * The last of some in a row, each within 30 s of the one before.
   *
   * @param of what it holds for; nothing, if what was prepared came too late
   */
  private record Refused(Optional<Of> of, String why, int times) {}

  /** An incident and its units. */
  private record Of(String incident, List<UnitState> units) {
    static Of now(Tracked incident, HostState state) {
      return new Of(
          incident.id,
          incident.issue.components().stream()
              .map(state.units()::get)
              .filter(Objects::nonNull)
              .toList());
    }
  }

  private final Cache<Key, Refused> last;

  /** Knows of none. */
  Refusals(TimeSource time) {
    last =
        Caffeine.newBuilder()
            .expireAfterWrite(ASKED_AGAIN_AFTER)
            .maximumSize(10_000)
            .ticker(time::monotonicNanos)
            .executor(Runnable::run)
            .build();
  }

  /**
   * Notes that an action would not treat it.
   *
   * @param state on which it was asked
   */
  void add(Tracked incident, ActionId action, String why, HostState state) {
    put(incident, action, why, Optional.of(Of.now(incident, state)));
  }

  /** Notes that the host had changed before what was prepared could be done: no refusal at all. */
  void tooLate(Tracked incident, ActionId action, String why) {
    put(incident, action, why, Optional.empty());
  }

  private void put(Tracked incident, ActionId action, String why, Optional<Of> of) {
    Key key = new Key(incident.fingerprint, action);
    Refused before = last.getIfPresent(key);
    last.put(key, new Refused(of, why, before == null ? 1 : before.times() + 1));
  }

  /** Whether it refused a moment ago, whatever has changed since. */
  boolean lately(Tracked incident, ActionId action) {
    return last.getIfPresent(new Key(incident.fingerprint, action)) != null;
  }

  /** Why it is not asked now, if it refused a moment ago. */
  Optional<String> reason(Tracked incident, ActionId action, HostState state) {
    Refused refused = last.getIfPresent(new Key(incident.fingerprint, action));
    if (refused == null) {
      return Optional.empty();
    }
    if (refused.of().filter(Of.now(incident, state)::equals).isPresent()) {
      return Optional.of(refused.why());
    }
    return refused.times() < MOST
        ? Optional.empty()
        : Optional.of(
            String.format(
                "could not be done %d times in a row, and is asked again within %d s; last: %s",
                refused.times(), ASKED_AGAIN_AFTER.toSeconds(), refused.why()));
  }
}
