package dev.healing.core.history;

import dev.healing.spi.StateFolder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A file that is whole: a block for each series, and an index of them at its end. Where the index
 * is damaged, all blocks are looked for.
 */
final class Segment {
  private static final int MAGIC = 0x484d4931;
  private static final int TRAILER = 12;

  /** The end that is read first: the index of 200 series is in it. */
  private static final int TAIL = 16 << 10;

  private static final int MOST_BYTES = 1 << 30;

  /** A day of all series that are kept is a third of it. */
  private static final int WHOLE = 32 << 20;

  private static final int PIECE = 64 << 10;

  /**
   * One series in the file.
   *
   * @param offset where its block begins
   * @param length of the block
   * @param first second since 1970 of its first point
   * @param last second of the last
   * @param newest the last average, as a code
   */
  record Entry(int offset, int length, long first, long last, int newest) {
    void write(String series, Output out) {
      out.text(series);
      out.number(offset);
      out.number(length);
      out.signed(first);
      out.signed(last);
      out.signed(newest);
    }

    static Entry read(Input in) throws Damaged {
      int offset = in.number(MOST_BYTES);
      int length = in.number(MOST_BYTES);
      long first = in.signed();
      long last = in.signed();
      long newest = in.signed();
      if (!Rounding.valid(newest)) {
        throw new Damaged("a value is out of bounds");
      }
      return new Entry(offset, length, first, last, (int) newest);
    }
  }

  private final StateFolder folder;
  private final String name;
  private final Input index;

  private Segment(StateFolder folder, String name, Input index) {
    this.folder = folder;
    this.name = name;
    this.index = index;
  }

  /**
   * Opens one.
   *
   * @param damage is told what cannot be read
   * @return empty if it is gone
   */
  static Optional<Segment> open(
      StateFolder folder, String name, long size, Consumer<String> damage) {
    int tailFrom = (int) Math.max(0, Math.min(MOST_BYTES, size) - TAIL);
    Optional<byte[]> tail = folder.read(name, tailFrom, TAIL);
    if (tail.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Segment(folder, name, readIndex(folder, name, tail.get(), tailFrom)));
    } catch (Damaged e) {
      return folder
          .read(name, 0, WHOLE)
          .map(
              whole -> {
                damage.accept(name + ": its index is damaged: " + e.getMessage());
                return new Segment(folder, name, findBlocks(name, whole, damage));
              });
    }
  }

  private static Input readIndex(StateFolder folder, String name, byte[] tail, int tailFrom)
      throws Damaged {
    if (tail.length < TRAILER) {
      throw new Damaged("it ends too early");
    }
    ByteBuffer trailer = ByteBuffer.wrap(tail, tail.length - TRAILER, TRAILER);
    int magic = trailer.getInt();
    int offset = trailer.getInt();
    if (magic != MAGIC || trailer.getInt() != ~offset || offset < 0) {
      throw new Damaged("its end is not what it should be");
    }
    int from = offset - tailFrom;
    byte[] bytes = tail;
    if (from < 0) {
      int length = tailFrom + tail.length - offset;
      bytes = length < 0 ? tail : folder.read(name, offset, length).orElse(tail);
      from = 0;
    }
    Block index = Block.at(bytes, from).orElseThrow(() -> new Damaged("the checksum does not fit"));
    if (index.step() != Block.INDEX) {
      throw new Damaged("its end is not what it should be");
    }
    return index.open();
  }

  /** The index anew. */
  private static Input findBlocks(String name, byte[] whole, Consumer<String> damage) {
    Output found = new Output();
    Block.Scan scan = Block.scan(whole);
    scan.gaps().forEach(at -> damage.accept(lost(name, at)));
    for (Block block : scan.blocks()) {
      if (block.step() == Block.INDEX) {
        continue;
      }
      try {
        for (Map.Entry<String, Input> part : block.parts().entrySet()) {
          Track track = Track.read(part.getValue());
          if (track.size() > 0) {
            int newest = track.middle(track.size() - 1);
            new Entry(block.offset(), block.length(), block.first(), block.last(), newest)
                .write(part.getKey(), found);
          }
        }
      } catch (Damaged e) {
        damage.accept(lost(name, block.offset()));
      }
    }
    return new Input(found.toBytes());
  }

  /** What is said of damage. */
  static String lost(String name, int offset) {
    return name + ": what is at byte " + offset + " is damaged: it is passed over";
  }

  /** All series in it. */
  Map<String, Entry> entries(Consumer<String> damage) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    try {
      for (Input in = index.again(); !in.atEnd(); ) {
        entries.put(in.text(), Entry.read(in));
      }
    } catch (Damaged e) {
      damage.accept(name + ": its index is damaged: " + e.getMessage());
    }
    return entries;
  }

  /** One series, found without making objects of all others. */
  Optional<Entry> entry(String series, Consumer<String> damage) {
    byte[] wanted = series.getBytes(StandardCharsets.UTF_8);
    try {
      for (Input in = index.again(); !in.atEnd(); ) {
        boolean found = in.textIs(wanted);
        Entry entry = Entry.read(in);
        if (found) {
          return Optional.of(entry);
        }
      }
    } catch (Damaged e) {
      damage.accept(name + ": its index is damaged: " + e.getMessage());
    }
    return Optional.empty();
  }

  /** The points of a series; none if they are damaged, or the file is gone. */
  Optional<Track> read(String series, Entry entry, Consumer<String> damage) {
    Optional<byte[]> bytes = folder.read(name, entry.offset(), entry.length());
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      Block block =
          Block.at(bytes.get(), 0).orElseThrow(() -> new Damaged("the checksum does not fit"));
      Input part = block.parts().get(series);
      return part == null ? Optional.empty() : Optional.of(Track.read(part));
    } catch (Damaged e) {
      damage.accept(lost(name, entry.offset()));
      return Optional.empty();
    }
  }

  /** Writes one, series by series, so that little of it is in memory. */
  static final class Writer {
    private final Shelf shelf;
    private final Tier tier;
    private final long number;
    private final Output piece = new Output();
    private final Output index = new Output();
    private int size;

    Writer(Shelf shelf, Tier tier, long number) {
      this.shelf = shelf;
      this.tier = tier;
      this.number = number;
      shelf.folder().delete(tier.file(number) + Tier.TEMPORARY);
    }

    /** Points in order. */
    void add(String series, Track track) {
      if (track.size() == 0) {
        return;
      }
      byte[] block = Block.bytes(tier.step(), Map.of(series, track));
      int last = track.size() - 1;
      long end = track.slot(last) * tier.step() + tier.step() - 1;
      new Entry(size, block.length, track.slot(0) * tier.step(), end, track.middle(last))
          .write(series, index);
      append(block);
    }

    private void append(byte[] bytes) {
      piece.add(bytes);
      size += bytes.length;
      if (piece.size() >= PIECE) {
        flush();
      }
    }

    private void flush() {
      shelf.appendTemporary(tier, number, piece.toBytes());
      piece.clear();
    }

    void publish() {
      int offset = size;
      append(Block.bytes(Block.INDEX, 0, 0, index));
      ByteBuffer trailer = ByteBuffer.allocate(TRAILER);
      trailer.putInt(MAGIC).putInt(offset).putInt(~offset);
      append(trailer.array());
      flush();
      shelf.publish(tier, number, size);
    }
  }
}
