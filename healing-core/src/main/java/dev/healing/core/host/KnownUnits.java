package dev.healing.core.host;

import dev.healing.api.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * What was said of units lately, so that of hundreds that have failed, and stay so, not each is
 * asked about at every look: four questions each would take longer than there is time for a look.
 * What was said is believed for as long as no signal tells of a change, and is made sure of, some
 * of them in a look, when it has become older. Safe for several threads.
 */
final class KnownUnits {
  private static final long BELIEVED_NANOS = Duration.ofSeconds(10).toNanos();

  /** So many are made sure of in one look. */
  static final int MOST_MADE_SURE_OF = 20;

  private record Known(String unit, UnitState state, long atNanos) {}

  private final LongSupplier nanos;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();

  KnownUnits(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A signal says that something of this unit is another now. */
  void changed(String unit) {
    changes.incrementAndGet();
    known.remove(unit);
  }

  /**
   * The states of these units and no others, as far as there are any.
   *
   * @param ask what is so now
   */
  List<UnitState> of(Collection<String> units, Function<String, Optional<UnitState>> ask) {
    known.keySet().retainAll(new HashSet<>(units));
    long now = nanos.getAsLong();
    Set<String> due = longestAgo(now);
    List<UnitState> states = new ArrayList<>(units.size());
    for (String unit : units) {
      Known before = known.get(unit);
      if (before != null && !due.contains(unit)) {
        states.add(before.state());
      } else {
        asked(unit, now, ask).ifPresent(states::add);
      }
    }
    return states;
  }

  private Set<String> longestAgo(long now) {
    return known.values().stream()
        .filter(one -> now - one.atNanos() >= BELIEVED_NANOS)
        .sorted(Comparator.comparingLong(one -> one.atNanos() - now))
        .limit(MOST_MADE_SURE_OF)
        .map(one -> one.unit())
        .collect(Collectors.toSet());
  }

  /** Remembered unless something has changed meanwhile: then the answer may be of before. */
  private Optional<UnitState> asked(
      String unit, long now, Function<String, Optional<UnitState>> ask) {
    long before = changes.get();
    Optional<UnitState> state = ask.apply(unit);
    if (state.isPresent() && changes.get() == before) {
      known.put(unit, new Known(unit, state.get(), now));
    } else {
      known.remove(unit);
    }
    return state;
  }
}
