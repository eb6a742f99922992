package dev.healing.core.history;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * What files consist of: some series over some time, compressed, with a checksum; found again by
 * its first bytes wherever what is before it is damaged.
 *
 * <pre>4 "HMB1" · 4 CRC-32 of all that follows · 4 bytes compressed · 4 bytes uncompressed
 * 4 seconds of a step · 8 first and 8 last second · compressed: name and track of each series</pre>
 *
 * @param step seconds of a step; {@link #INDEX} if this is the index of a file
 * @param first second since 1970 of the first point
 * @param last second of the last point's step
 * @param file the bytes that it is in
 * @param offset where it begins
 * @param packed how many bytes it is, compressed
 * @param raw how many bytes it is, uncompressed
 */
record Block(int step, long first, long last, byte[] file, int offset, int packed, int raw) {
  static final int HEADER = 36;
  static final int INDEX = 0;

  private static final int MAGIC = 0x484d4231;
  private static final int CHECKED_FROM = 8;
  private static final int MOST_RAW = 32 << 20;

  /**
   * All blocks of a file.
   *
   * @param blocks that are whole
   * @param gaps where between them something else begins
   * @param end where the last whole one ends: what is behind was torn off by a crash
   */
  record Scan(List<Block> blocks, List<Integer> gaps, int end) {}

  /** The block as bytes. */
  static byte[] bytes(int step, long first, long last, Output content) {
    byte[] raw = content.toBytes();
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(raw);
      deflater.finish();
      byte[] bytes = new byte[HEADER + raw.length + raw.length / 1000 + 64];
      int packed = deflater.deflate(bytes, HEADER, bytes.length - HEADER);
      if (!deflater.finished()) {
        throw new IllegalStateException("deflate took more room than it ever does");
      }
      ByteBuffer block = ByteBuffer.wrap(bytes, 0, HEADER + packed);
      block.putInt(MAGIC).putInt(0).putInt(packed).putInt(raw.length);
      block.putInt(step).putLong(first).putLong(last);
      block.putInt(4, crc(bytes, CHECKED_FROM, HEADER + packed - CHECKED_FROM));
      return java.util.Arrays.copyOf(bytes, HEADER + packed);
    } finally {
      deflater.end();
    }
  }

  /** A block of these series, which must be in order; some of them must have a point. */
  static byte[] bytes(int step, Map<String, Track> tracks) {
    Output content = new Output();
    Output part = new Output();
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (Map.Entry<String, Track> one : tracks.entrySet()) {
      Track track = one.getValue();
      if (track.size() == 0) {
        continue;
      }
      content.text(one.getKey());
      part.clear();
      track.write(part);
      content.part(part);
      first = Math.min(first, track.slot(0) * step);
      last = Math.max(last, track.slot(track.size() - 1) * step + step - 1);
    }
    return bytes(step, first, last, content);
  }

  private static int crc(byte[] bytes, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** The block that begins here, if a whole one does. */
  static Optional<Block> at(byte[] file, int offset) {
    if (offset < 0 || offset > file.length - HEADER) {
      return Optional.empty();
    }
    ByteBuffer header = ByteBuffer.wrap(file, offset, HEADER);
    if (header.getInt() != MAGIC) {
      return Optional.empty();
    }
    int crc = header.getInt();
    int packed = header.getInt();
    int raw = header.getInt();
    if (packed < 0 || packed > file.length - offset - HEADER || raw < 0 || raw > MOST_RAW) {
      return Optional.empty();
    }
    int checked = offset + CHECKED_FROM;
    if (crc(file, checked, HEADER - CHECKED_FROM + packed) != crc) {
      return Optional.empty();
    }
    int step = header.getInt();
    long first = header.getLong();
    long last = header.getLong();
    return Optional.of(new Block(step, first, last, file, offset, packed, raw));
  }

  static Scan scan(byte[] file) {
    List<Block> blocks = new ArrayList<>();
    List<Integer> gaps = new ArrayList<>();
    int end = 0;
    for (int at = 0; at <= file.length - HEADER; ) {
      Optional<Block> found = at(file, at);
      if (found.isEmpty()) {
        at++;
        continue;
      }
      if (at > end) {
        gaps.add(end);
      }
      blocks.add(found.get());
      at += found.get().length();
      end = at;
    }
    return new Scan(blocks, gaps, end);
  }

  /** With its header. */
  int length() {
    return HEADER + packed;
  }

  /** What it holds. */
  Input open() throws Damaged {
    Inflater inflater = new Inflater(true);
    try {
      byte[] content = new byte[raw];
      inflater.setInput(file, offset + HEADER, packed);
      int size = inflater.inflate(content);
      if (size != raw) {
        throw new Damaged("it holds less than it says");
      }
      return new Input(content);
    } catch (DataFormatException e) {
      throw new Damaged("it cannot be uncompressed: " + e.getMessage());
    } finally {
      inflater.end();
    }
  }

  /** The series in it, still encoded. */
  Map<String, Input> parts() throws Damaged {
    Map<String, Input> parts = new LinkedHashMap<>();
    Input in = open();
    while (!in.atEnd()) {
      parts.put(in.text(), in.part());
    }
    return parts;
  }
}
