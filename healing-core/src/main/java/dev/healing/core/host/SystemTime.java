package dev.healing.core.host;

import dev.healing.spi.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/** The kernel's clocks. On Linux {@link System#nanoTime} is CLOCK_MONOTONIC: one per boot. */
final class SystemTime implements TimeSource {
  private final String bootId;
  private final long bootNanos;

  SystemTime() {
    this(Path.of("/proc/sys/kernel/random/boot_id"));
  }

  /**
   * Where the boot cannot be told this process is a boot of its own: what another process measured
   * is not believed, and nothing seems older than it is for the time that the host has been up.
   */
  SystemTime(Path bootIdFile) {
    String id;
    long nanos = 0;
    try {
      id = Files.readString(bootIdFile).strip();
    } catch (IOException e) {
      id = "unknown-" + UUID.randomUUID();
      nanos = System.nanoTime();
    }
    bootId = id;
    bootNanos = nanos;
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long monotonicNanos() {
    return System.nanoTime() - bootNanos;
  }

  @Override
  public String bootId() {
    return bootId;
  }
}
