package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.Systemd;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What both ways to systemd make of the values they read. */
final class UnitDetails {
  /** A time span as systemd prints it, for example {@code 1min 30.500000s}. */
  private static final Pattern SPAN =
      Pattern.compile("(?:\\d{1,9}(?:\\.\\d{1,6})?(?:us|ms|s|min|h)(?: |$))+");

  private static final Pattern PART = Pattern.compile("([\\d.]+)(us|ms|s|min|h)");
  private static final Map<String, Long> MICROSECONDS =
      Map.of("us", 1L, "ms", 1_000L, "s", 1_000_000L, "min", 60_000_000L, "h", 3_600_000_000L);

  private UnitDetails() {}

  static String property(Systemd.Limit limit) {
    return switch (limit) {
      case CPU_QUOTA -> "CPUQuotaPerSecUSec";
      case MEMORY_HIGH -> "MemoryHigh";
      case CPU_WEIGHT -> "CPUWeight";
    };
  }

  /** A limit as a number; none is the largest number that there is, "infinity" or "[not set]". */
  static OptionalLong limit(String value) {
    try {
      long number = Long.parseUnsignedLong(value);
      return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
    } catch (NumberFormatException e) {
      if (value.equals("infinity") || value.equals("[not set]")) {
        return OptionalLong.empty();
      }
      throw new HostException("systemd calls a limit '" + value + "': expected a number", e);
    }
  }

  /** A limit that is printed as a time span. */
  static OptionalLong microseconds(String span) {
    if (span.equals("infinity")) {
      return OptionalLong.empty();
    }
    if (!SPAN.matcher(span).matches()) {
      throw new HostException("systemd calls a limit '" + span + "': expected a time span");
    }
    BigDecimal sum = BigDecimal.ZERO;
    for (MatchResult part : PART.matcher(span).results().toList()) {
      BigDecimal unit = BigDecimal.valueOf(MICROSECONDS.getOrDefault(part.group(2), 1L));
      sum = sum.add(new BigDecimal(part.group(1)).multiply(unit));
    }
    return OptionalLong.of(sum.longValue());
  }

  static UnitState state(
      String name,
      String loadState,
      String activeState,
      String subState,
      String result,
      String type,
      long mainPid,
      String invocationId,
      long changedMicros,
      Collection<String> required) {
    return new UnitState(
        name,
        loadState,
        activeState,
        subState,
        result,
        type,
        mainPid > 0 ? OptionalLong.of(mainPid) : OptionalLong.empty(),
        invocationId,
        changedMicros > 0
            ? Optional.of(Instant.EPOCH.plus(changedMicros, ChronoUnit.MICROS))
            : Optional.empty(),
        withoutNoise(required));
  }

  /** Slices, targets and the like are required by nearly everything and say nothing of a fault. */
  private static Set<String> withoutNoise(Collection<String> required) {
    Set<String> kept = new TreeSet<>();
    for (String unit : required) {
      if (unit.endsWith(".service") || unit.endsWith(".socket") || unit.endsWith(".mount")) {
        kept.add(unit);
      }
    }
    return kept;
  }
}
