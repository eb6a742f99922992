package dev.healing.core.history;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link Output} wrote. Whatever the bytes are, nothing but {@link Damaged} comes. */
final class Input {
  private final byte[] bytes;
  private final int end;
  private int at;

  Input(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private Input(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  /** The same from its beginning. */
  Input again() {
    return new Input(bytes);
  }

  boolean atEnd() {
    return at == end;
  }

  int octet() throws Damaged {
    if (at >= end) {
      throw new Damaged("it ends too early");
    }
    return bytes[at++] & 0xff;
  }

  private long raw() throws Damaged {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int octet = octet();
      value |= (long) (octet & 0x7f) << shift;
      if (octet < 0x80) {
        return value;
      }
    }
    throw new Damaged("a number does not end");
  }

  long number() throws Damaged {
    long value = raw();
    if (value < 0) {
      throw new Damaged("a number is too large");
    }
    return value;
  }

  /** A number that must not be above this. */
  int number(int most) throws Damaged {
    long value = number();
    if (value > most) {
      throw new Damaged("a number is " + value + ": expected at most " + most);
    }
    return (int) value;
  }

  long signed() throws Damaged {
    long zigzag = raw();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  String text() throws Damaged {
    int length = number(end - at);
    at += length;
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  /** Passes over a text; whether it is this one, in UTF-8. */
  boolean textIs(byte[] wanted) throws Damaged {
    int length = number(end - at);
    at += length;
    return Arrays.equals(bytes, at - length, at, wanted, 0, wanted.length);
  }

  /** What {@link Output#part} wrote. */
  Input part() throws Damaged {
    int length = number(end - at);
    at += length;
    return new Input(bytes, at - length, at);
  }
}
