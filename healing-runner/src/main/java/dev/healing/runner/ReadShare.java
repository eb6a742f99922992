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
  private final String what;
  private final long allBytes;
  private final AtomicLong readBytes = new AtomicLong();

  /**
   * Nothing yet.
   *
   * @param file what is read; if there is none, it is unknown how much that is
   * @param policies by their names
   */
  ReadShare(Optional<Path> file, List<String> policies) {
    what = "replaying with " + String.join(" and ", policies);
    allBytes = file.map(ReadShare::bytes).orElse(0L);
  }

  private static long bytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // whoever opens it says so
    }
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

  Optional<Progress> progress() {
    long read = readBytes.get();
    return Optional.of(
        new Progress(
            what,
            read == 0 || allBytes == 0 ? Optional.empty() : Optional.of((double) read / allBytes),
            Optional.empty()));
  }
}
