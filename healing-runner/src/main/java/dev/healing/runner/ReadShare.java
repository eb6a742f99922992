package dev.healing.runner;

import dev.healing.runner.text.Waiting.Progress;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** How much of what is read has been read. */
final class ReadShare {
  private final long allBytes;
  private final AtomicLong readBytes = new AtomicLong();

  /** Of these files together; where they are none, it is unknown. */
  ReadShare(List<Path> files) {
    long all = 0;
    for (Path file : files) {
      try {
        all += Files.size(file);
      } catch (IOException e) {
        // Whoever opens it says so.
      }
    }
    allBytes = all;
  }

  InputStream of(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int one = super.read();
        readBytes.addAndGet(one < 0 ? 0 : 1);
        return one;
      }

      @Override
      public int read(byte[] bytes, int from, int most) throws IOException {
        int count = super.read(bytes, from, most);
        readBytes.addAndGet(Math.max(0, count));
        return count;
      }
    };
  }

  Optional<Progress> progress(String policy) {
    long read = readBytes.get();
    return Optional.of(
        new Progress(
            "replaying with " + policy,
            read == 0 || allBytes == 0 ? Optional.empty() : Optional.of((double) read / allBytes),
            Optional.empty()));
  }
}
