package dev.healing.core.host;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a command's output, of which all or the line that has begun is kept up to a limit.
 */
final class OutputPipe {
  private final InputStream in;
  private final int limit;
  private final @Nullable Consumer<String> line;
  private final byte[] buffer = new byte[8192];
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean truncated;

  OutputPipe(InputStream in, int limit, @Nullable Consumer<String> line) {
    this.in = in;
    this.limit = limit;
    this.line = line;
  }

  /** Reads what is there, at most a pipe full, without blocking. */
  boolean drain() throws IOException {
    boolean any = false;
    for (int round = 0; round < 64; round++) {
      int available = in.available();
      if (available <= 0) {
        break;
      }
      int count = in.read(buffer, 0, Math.min(available, buffer.length));
      if (count <= 0) {
        break;
      }
      any = true;
      take(count);
    }
    return any;
  }

  private void take(int count) {
    int from = 0;
    for (int i = 0; line != null && i < count; i++) {
      if (buffer[i] == '\n') {
        keep(from, i);
        line.accept(text());
        kept.reset();
        from = i + 1;
      }
    }
    keep(from, count);
  }

  private void keep(int from, int to) {
    int room = Math.min(to - from, limit - kept.size());
    kept.write(buffer, from, room);
    truncated |= room < to - from;
  }

  /** The last line may have no end. */
  void end() {
    if (line != null && kept.size() > 0) {
      line.accept(text());
      kept.reset();
    }
  }

  boolean truncated() {
    return truncated;
  }

  String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }

  void close() {
    try {
      in.close();
    } catch (IOException e) {
      // Everything that was wanted has been read.
    }
  }
}
