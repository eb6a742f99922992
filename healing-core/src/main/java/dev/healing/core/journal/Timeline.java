package dev.healing.core.journal;

import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * How long ago something was, told by clocks of which one can be set.
 *
 * <p>Within one boot ages come from the monotonic clock, which nobody can set. How far apart boots
 * are only the wall clock knows; what that was seen to jump within a boot is no time that passed,
 * and is taken off. So a clock that is set, or comes up wrong and is corrected, makes no age
 * greater than it is. Nor does a boot begin before what is known of the one before it, and what was
 * in an earlier boot is at least as old as this one. (Across a reboot a clock that jumped ahead
 * cannot be told from a host that was switched off.)
 *
 * <p>One boot may have two names: systemd-nspawn gives a container one of its own, and a service
 * that has {@code /proc} mounted anew ({@code ProtectKernelTunables=}) sees that of the machine.
 */
final class Timeline {
  /** Less than this is no jump. */
  private static final Duration JUMP = Duration.ofSeconds(1);

  /** What the clocks of a host said at one moment. */
  record Reading(Instant wall, String boot, long monotonicNanos) {
    /** When that boot was, by this reading. */
    Instant booted() {
      return wall.minusNanos(monotonicNanos);
    }

    /** As three members of a line, the first of this name. */
    void write(JsonGenerator json, String name) {
      Json.instant(json, name, wall);
      json.writeStringProperty("boot", boot);
      json.writeNumberProperty("monotonicNanos", monotonicNanos);
    }

    /** Reads what {@link #write} wrote. */
    static Reading of(JsonNode node, String name) {
      return new Reading(
          Instant.parse(node.required(name).asString()),
          node.required("boot").asString(),
          node.required("monotonicNanos").asLong());
    }
  }

  private final TimeSource time;
  private final Map<String, Boot> boots = new LinkedHashMap<>();
  private @Nullable Boot last;

  Timeline(TimeSource time) {
    this.time = time;
  }

  Reading now() {
    return new Reading(time.now(), time.bootId(), time.monotonicNanos());
  }

  /**
   * Takes a reading into account. Boots come in the order in which they were.
   *
   * @return whether it tells something new: a boot, or that the clock has jumped to where it never
   *     was in this boot
   */
  boolean add(Reading reading) {
    Boot known = boots.get(reading.boot());
    if (known != null) {
      if (known != last) {
        oneOnly(known);
      }
      return known.add(reading);
    }
    if (last == null || !last.goesOnIn(reading)) {
      last = new Boot(reading, last);
    } else {
      last.add(reading);
    }
    boots.put(reading.boot(), last);
    return true;
  }

  /** No boot comes again: what seemed to be others after it was the same under another name. */
  private void oneOnly(Boot again) {
    boolean since = false;
    for (Map.Entry<String, Boot> entry : boots.entrySet()) {
      if (since && entry.getValue() != again) {
        entry.getValue().readings(entry.getKey()).forEach(again::add);
        entry.setValue(again);
      }
      since |= entry.getValue() == again;
    }
    last = again;
  }

  /** Readings that tell all that is known of this boot and those after it. */
  List<Reading> since(String boot) {
    return boots.entrySet().stream()
        .dropWhile(entry -> !entry.getKey().equals(boot))
        .flatMap(entry -> entry.getValue().readings(entry.getKey()))
        .toList();
  }

  /**
   * How long ago this was read.
   *
   * @param then if it is of an earlier boot, it and one of this boot must have been added
   */
  Duration age(Reading then) {
    long sinceBoot = time.monotonicNanos();
    if (then.boot().equals(time.bootId()) || boots.get(then.boot()) == boots.get(time.bootId())) {
      return Duration.ofNanos(Math.max(0, sinceBoot - then.monotonicNanos()));
    }
    Duration betweenBoots =
        Duration.between(boot(then.boot()).began(), boot(time.bootId()).byWall());
    Duration age = betweenBoots.plusNanos(sinceBoot).minusNanos(then.monotonicNanos());
    Duration atLeast = Duration.ofNanos(sinceBoot);
    return age.compareTo(atLeast) > 0 ? age : atLeast;
  }

  private Boot boot(String id) {
    return Objects.requireNonNull(boots.get(id));
  }

  /** A boot of the host: when it was by its wall clock, which may have told several stories. */
  private static final class Boot {
    private final Instant notBefore;
    private final Duration jumpedBefore;
    private Instant earliest;
    private Instant latest;
    private long newestNanos;

    Boot(Reading first, @Nullable Boot before) {
      earliest = first.booted();
      latest = first.booted();
      newestNanos = first.monotonicNanos();
      notBefore = before == null ? Instant.MIN : before.began().plusNanos(before.newestNanos);
      jumpedBefore = before == null ? Duration.ZERO : before.jumpedBefore.plus(before.jumped());
    }

    boolean add(Reading reading) {
      newestNanos = Math.max(newestNanos, reading.monotonicNanos());
      Instant booted = reading.booted();
      if (booted.isBefore(earliest.minus(JUMP))) {
        earliest = booted;
        return true;
      }
      if (booted.isAfter(latest.plus(JUMP))) {
        latest = booted;
        return true;
      }
      return false;
    }

    /** Whether this is of the same boot: the next one begins when this one has ended. */
    boolean goesOnIn(Reading reading) {
      return newestNanos > 2 * JUMP.toNanos()
          && reading.monotonicNanos() >= newestNanos
          && (near(reading.booted(), earliest) || near(reading.booted(), latest));
    }

    private static boolean near(Instant one, Instant other) {
      return Duration.between(one, other).abs().compareTo(JUMP) <= 0;
    }

    private Duration jumped() {
      return Duration.between(earliest, latest);
    }

    /** When it began, by a wall clock that never jumped. */
    Instant byWall() {
      return earliest.minus(jumpedBefore);
    }

    Instant began() {
      return byWall().isAfter(notBefore) ? byWall() : notBefore;
    }

    Stream<Reading> readings(String id) {
      return Stream.of(earliest, latest)
          .distinct()
          .map(booted -> new Reading(booted.plusNanos(newestNanos), id, newestNanos));
    }
  }
}
