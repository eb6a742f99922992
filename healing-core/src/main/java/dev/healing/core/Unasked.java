package dev.healing.core;

import dev.healing.api.Autonomy;
import dev.healing.core.guard.Settings;
import dev.healing.core.journal.Journal;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Whether what is worth doing before it is an issue may be done without a person. What holds back a
 * single opportunity is told by {@link HeldBack}. Belongs to the engine's thread.
 */
final class Unasked {
  private final OffSwitch offSwitch;
  private final Journal journal;
  private final Incidents incidents;
  private final Supplier<Settings> settings;

  Unasked(OffSwitch offSwitch, Journal journal, Incidents incidents, Supplier<Settings> settings) {
    this.offSwitch = offSwitch;
    this.journal = journal;
    this.incidents = incidents;
    this.settings = settings;
  }

  /** Why nothing that is worth doing is done without a person now, and what lets it. */
  Optional<String> heldBack() {
    Optional<String> paused = offSwitch.paused();
    if (paused.isPresent()) {
      return Optional.of(paused.get() + ": nothing is done; 'healing resume' lets it");
    }
    if (!journal.damaged().isEmpty()) {
      return Optional.of("observing only, as 'healing status' tells: nothing is done");
    }
    Autonomy most = settings.get().autonomy();
    if (most != Autonomy.AUTO) {
      String far =
          most == Autonomy.OBSERVE
              ? "nothing is done, not even on request"
              : "done on request only";
      String is = most.name().toLowerCase(Locale.ROOT);
      return Optional.of("autonomy is " + is + ": " + far + "; 'autonomy: auto' lets it");
    }
    Settings.Limits limits = settings.get().limits();
    if (incidents.unrelated() >= limits.storm()) {
      return Optional.of("this host is sick, as 'healing issues' tells: done on request only");
    }
    return leavesRoom(limits.healsPerHour())
        ? Optional.empty()
        : Optional.of(
            "half of limits.heals-per-hour are used up, and the rest is for what is wrong");
  }

  /** Whether at least half of what may be done in an hour is left for what is wrong. */
  private boolean leavesRoom(OptionalInt most) {
    return most.isEmpty() || 2 * journal.count(Duration.ofHours(1)) < most.getAsInt();
  }
}
