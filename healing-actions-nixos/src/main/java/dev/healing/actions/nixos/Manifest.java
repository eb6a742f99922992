package dev.healing.actions.nixos;

import java.util.Arrays;

/**
 * Which files a preview promised to delete. A plain hash table of numbers: 100,000 files take about
 * 10 MB at most, where objects would take several times that.
 */
final class Manifest {
  private static final int WIDTH = 5;
  private static final int SMALLEST = 64;

  /** A file as it was: when any of these differs it is another file, or was changed. */
  record Identity(long device, long inode, long size, long modifiedNanos, long changedNanos) {}

  /** Rows of device, inode, size, modified, changed; a row with inode 0 is empty. */
  private long[] rows = new long[SMALLEST * WIDTH];

  private int count;

  void add(Identity file) {
    if (2L * (count + 1) * WIDTH > rows.length) {
      grow();
    }
    int at = find(file);
    if (rows[at + 1] == 0) {
      count++;
    }
    put(at, file);
  }

  boolean contains(Identity file) {
    return file.inode() != 0 && rows[find(file) + 1] != 0;
  }

  int count() {
    return count;
  }

  private void grow() {
    long[] old = rows;
    rows = new long[old.length * 2];
    for (int at = 0; at < old.length; at += WIDTH) {
      if (old[at + 1] != 0) {
        put(find(row(old, at)), row(old, at));
      }
    }
  }

  /** Where the row of this file is, or the empty one where it belongs. */
  private int find(Identity file) {
    int size = rows.length / WIDTH;
    int at = Math.floorMod(file.hashCode() * 0x9E3779B1, size) * WIDTH;
    while (rows[at + 1] != 0 && !row(rows, at).equals(file)) {
      at = (at + WIDTH) % rows.length;
    }
    return at;
  }

  private void put(int at, Identity file) {
    rows[at] = file.device();
    rows[at + 1] = file.inode();
    rows[at + 2] = file.size();
    rows[at + 3] = file.modifiedNanos();
    rows[at + 4] = file.changedNanos();
  }

  private static Identity row(long[] rows, int at) {
    long[] r = Arrays.copyOfRange(rows, at, at + WIDTH);
    return new Identity(r[0], r[1], r[2], r[3], r[4]);
  }
}
