package dev.healing.core.host;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Room that is kept so that a full disk can still be healed: what cannot be journalled is not done,
 * and without it nothing could be journalled exactly when it matters.
 */
final class Ballast {
  static final String FILE = "reserve";
  static final int BYTES = 1 << 20;

  /** Not taken from a disk that has little left: it is for us, not against others. */
  private static final long LEAST_FREE_BYTES = 16L * BYTES;

  private static final long RETRY_NANOS = 60_000_000_000L;

  private final Path file;
  private boolean there;
  private long lastTry;

  Ballast(Path directory) {
    this.file = directory.resolve(FILE);
  }

  /** Makes it, if it is not there whole and there is room. */
  synchronized void make() {
    lastTry = System.nanoTime();
    there = false;
    try {
      if (Files.isSymbolicLink(file)) {
        return;
      }
      if (Files.exists(file) && Files.size(file) == BYTES) {
        there = true;
        return;
      }
      if (Durable.directoryOf(file).toFile().getUsableSpace() < LEAST_FREE_BYTES) {
        return;
      }
      Durable.createPrivate(file);
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        // Not zeros: a compressing file system would keep no room for those.
        byte[] noise = new byte[BYTES];
        new Random().nextBytes(noise);
        out.write(noise);
        out.getFD().sync();
      }
      there = true;
    } catch (IOException e) {
      drop();
    }
  }

  /** Makes it again some time after it was dropped. */
  synchronized void restore() {
    if (!there && System.nanoTime() - lastTry > RETRY_NANOS) {
      make();
    }
  }

  /** Gives the room back; whether there was any. */
  synchronized boolean drop() {
    there = false;
    lastTry = System.nanoTime();
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      return false;
    }
  }
}
