package dev.healing.core.trace;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The whole lines of a stream, one after the other, in a buffer. Not safe for several threads. */
final class TraceLines implements AutoCloseable {
  private static final int LONGEST = 16 << 20;

  /** So much at once: what is before a damaged place is not lost with it. */
  private static final int READ = 8 << 10;

  private final InputStream in;
  private byte[] bytes = new byte[64 << 10];
  private int begin;
  private int next;
  private int filled;

  TraceLines(InputStream in) {
    this.in = in;
  }

  /**
   * Goes to the next line.
   *
   * @return where it ends in {@link #bytes}, or less than 0 if there is no whole one any more
   * @throws IOException if it cannot be read on, or does not end
   */
  int next() throws IOException {
    begin = next;
    for (int i = begin; ; i++) {
      if (i == filled) {
        int moved = begin;
        if (!fill()) {
          return -1;
        }
        i -= moved - begin;
      }
      if (bytes[i] == '\n') {
        next = i + 1;
        return i;
      }
    }
  }

  private boolean fill() throws IOException {
    if (bytes.length - filled < READ && begin > 0) {
      System.arraycopy(bytes, begin, bytes, 0, filled - begin);
      filled -= begin;
      next = 0;
      begin = 0;
    }
    if (bytes.length - filled < READ) {
      if (filled - begin >= LONGEST) {
        throw new IOException("a line does not end");
      }
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
    int read = in.read(bytes, filled, READ);
    filled += Math.max(0, read);
    return read >= 0;
  }

  /** Where the line is, until the next one. */
  byte[] bytes() {
    return bytes;
  }

  /** Where it begins. */
  int begin() {
    return begin;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
