package dev.healing.core;

import dev.healing.api.Autonomy;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** The part of a simulated host's configuration that its people change. */
record Rules(
    Autonomy autonomy, int healsPerHour, int rollbacksPerDay, Duration cooldown, int healthFloor) {
  /** Between looks; they never change it. */
  static final Duration INTERVAL = Duration.ofMinutes(5);

  /** What holds without any configuration. */
  static final Rules DEFAULT = new Rules(Autonomy.AUTO, 10, 3, Duration.ofMinutes(5), 30);

  /** Any, each half of the time as it is without configuration: stricter, or looser again. */
  static Rules any(Random random) {
    Autonomy[] autonomies = Autonomy.values();
    return new Rules(
        random.nextBoolean() ? DEFAULT.autonomy : autonomies[random.nextInt(autonomies.length)],
        random.nextBoolean() ? DEFAULT.healsPerHour : random.nextInt(15),
        random.nextBoolean() ? DEFAULT.rollbacksPerDay : random.nextInt(5),
        random.nextBoolean() ? DEFAULT.cooldown : Duration.ofMinutes(random.nextInt(90)),
        random.nextBoolean() ? DEFAULT.healthFloor : random.nextInt(90));
  }

  /** Without metric history: nothing depends on it, and years of it would be compressed. */
  Map<String, Object> configuration() {
    return Map.of(
        "history",
        "off",
        "interval",
        INTERVAL.toMinutes() + "m",
        "autonomy",
        autonomy.name().toLowerCase(Locale.ROOT),
        "limits",
        Map.of(
            "heals-per-hour", healsPerHour,
            "rollbacks-per-day", rollbacksPerDay,
            "cooldown", cooldown.toMinutes() + "m",
            "health-floor", healthFloor));
  }
}
