package dev.healing.core;

import dev.healing.api.Autonomy;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How the engine itself is.
 *
 * @param startedAt when it was started
 * @param health of the host, 0 to 100; absent while unknown
 * @param autonomy the ceiling that counts now: OBSERVE whatever is configured while {@code trouble}
 *     says that the safety state cannot be trusted
 * @param paused why nothing is done, if it is paused: until when
 * @param trouble what is wrong with the engine's own state, one line each
 * @param triggers how changes are noticed: "D-Bus signals", "polling only: …"
 * @param looks how many looks were made
 * @param openIncidents how many incidents are not closed
 * @param healsInLastHour how many actions were started in the last hour
 * @param preventions what came of acting upon forecasts, how often, as far as the audit goes back
 */
public record EngineStatus(
    Instant startedAt,
    OptionalDouble health,
    Autonomy autonomy,
    Optional<String> paused,
    List<String> trouble,
    List<String> triggers,
    long looks,
    int openIncidents,
    int healsInLastHour,
    Map<Prevention.Verdict, Integer> preventions) {
  /** Copies. */
  public EngineStatus {
    trouble = List.copyOf(trouble);
    triggers = List.copyOf(triggers);
    preventions = Collections.unmodifiableMap(new EnumMap<>(preventions));
  }
}
