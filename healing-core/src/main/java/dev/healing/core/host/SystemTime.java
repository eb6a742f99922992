package dev.healing.core.host;

import dev.healing.spi.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/** The kernel's clocks. On Linux {@link System#nanoTime} is CLOCK_MONOTONIC: one per boot. */
final class SystemTime implements TimeSource {
  private final String bootId = readBootId();

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long monotonicNanos() {
    return System.nanoTime();
  }

  @Override
  public String bootId() {
    return bootId;
  }

  /** Unreadable is another boot every time: nothing measured before is believed. */
  private static String readBootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "unknown-" + UUID.randomUUID();
    }
  }
}
