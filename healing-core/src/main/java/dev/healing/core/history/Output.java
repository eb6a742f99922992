package dev.healing.core.history;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that are being written: numbers take as many as they need, seven bits in each. */
final class Output {
  private byte[] bytes = new byte[256];
  private int size;

  private void room(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
    }
  }

  /** Not negative. */
  void number(long value) {
    room(10);
    long left = value;
    while (left > 0x7f) {
      bytes[size++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[size++] = (byte) left;
  }

  /** Small ones of either sign take little room. */
  void signed(long value) {
    long zigzag = (value << 1) ^ (value >> 63);
    room(10);
    while ((zigzag & ~0x7fL) != 0) {
      bytes[size++] = (byte) (zigzag | 0x80);
      zigzag >>>= 7;
    }
    bytes[size++] = (byte) zigzag;
  }

  void octet(int value) {
    room(1);
    bytes[size++] = (byte) value;
  }

  void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    number(utf8.length);
    add(utf8);
  }

  void add(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
  }

  /** With its length before it, so that it can be passed over. */
  void part(Output part) {
    number(part.size);
    room(part.size);
    System.arraycopy(part.bytes, 0, bytes, size, part.size);
    size += part.size;
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
