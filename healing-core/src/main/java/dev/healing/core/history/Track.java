package dev.healing.core.history;

import java.util.Arrays;

/**
 * The points of one series at one step: in which step of time, counted from 1970, and the lowest,
 * average and highest value in it, as {@link Rounding} codes. Where each is a single value, the
 * three are one and the same. A step without a point has no value: that is not 0.
 */
final class Track {
  /** More points than any file has of one series. */
  static final int MOST_POINTS = 1 << 20;

  private static final int SINGLE = 0;
  private static final int RANGE = 1;

  private final boolean range;
  private long[] slots;
  private int[] low;
  private int[] middle;
  private int[] high;
  private int size;
  private boolean sorted = true;

  private Track(boolean range, int room) {
    this.range = range;
    slots = new long[room];
    middle = new int[room];
    low = range ? new int[room] : middle;
    high = range ? new int[room] : middle;
  }

  /** Of points that are one value each. */
  static Track ofSingles() {
    return new Track(false, 16);
  }

  /** Of points that stand for several values each. */
  static Track ofRanges() {
    return new Track(true, 64);
  }

  int size() {
    return size;
  }

  long slot(int i) {
    return slots[i];
  }

  int low(int i) {
    return low[i];
  }

  int middle(int i) {
    return middle[i];
  }

  int high(int i) {
    return high[i];
  }

  /** A value; the newest of a step takes the place of one before it there. */
  void add(long slot, int code) {
    if (size > 0 && slots[size - 1] == slot) {
      middle[size - 1] = code;
      return;
    }
    append(slot);
    middle[size - 1] = code;
  }

  void add(long slot, int lowest, int average, int highest) {
    append(slot);
    low[size - 1] = lowest;
    middle[size - 1] = average;
    high[size - 1] = highest;
  }

  /** All of another of the same kind. */
  void addAll(Track other) {
    for (int i = 0; i < other.size; i++) {
      if (range) {
        add(other.slots[i], other.low[i], other.middle[i], other.high[i]);
      } else {
        add(other.slots[i], other.middle[i]);
      }
    }
  }

  private void append(long slot) {
    if (size == slots.length) {
      int room = 2 * size;
      slots = Arrays.copyOf(slots, room);
      middle = Arrays.copyOf(middle, room);
      low = range ? Arrays.copyOf(low, room) : middle;
      high = range ? Arrays.copyOf(high, room) : middle;
    }
    sorted &= size == 0 || slots[size - 1] < slot;
    slots[size++] = slot;
  }

  /**
   * In the order of time: of several points for one step, left by a clock that was set back, the
   * last.
   */
  Track inOrder() {
    if (sorted) {
      return this;
    }
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Long.compare(slots[a], slots[b])); // stable: the last stays last
    Track ordered = new Track(range, Math.max(1, size));
    for (int i = 0; i < size; i++) {
      int from = order[i];
      if (i + 1 == size || slots[order[i + 1]] != slots[from]) {
        if (range) {
          ordered.add(slots[from], low[from], middle[from], high[from]);
        } else {
          ordered.add(slots[from], middle[from]);
        }
      }
    }
    return ordered;
  }

  /** The same in longer steps, each with the lowest, average and highest of its points. */
  Track inSteps(int times) {
    Track source = inOrder();
    Track longer = ofRanges();
    for (int from = 0; from < source.size; ) {
      long slot = Math.floorDiv(source.slots[from], times);
      int lowest = source.low[from];
      int highest = source.high[from];
      double sum = 0;
      int i = from;
      for (; i < source.size && Math.floorDiv(source.slots[i], times) == slot; i++) {
        lowest = Math.min(lowest, source.low[i]);
        highest = Math.max(highest, source.high[i]);
        sum += Rounding.value(source.middle[i]) / times; // not the sum: that may be infinite
      }
      int average = Rounding.code(sum * ((double) times / (i - from)));
      longer.add(slot, lowest, Math.max(lowest, Math.min(highest, average)), highest);
      from = i;
    }
    return longer;
  }

  /** Writes the points, which must be in order. */
  void write(Output out) {
    out.number(size);
    if (size == 0) {
      return;
    }
    out.octet(range ? RANGE : SINGLE);
    out.signed(slots[0]);
    for (int from = 1; from < size; ) { // equal distances, and how many of them
      long distance = slots[from] - slots[from - 1];
      int to = from + 1;
      while (to < size && slots[to] - slots[to - 1] == distance) {
        to++;
      }
      out.number(distance);
      out.number(to - from);
      from = to;
    }
    int before = 0;
    for (int i = 0; i < size; i++) {
      out.signed((long) middle[i] - before);
      before = middle[i];
    }
    if (range) {
      for (int i = 0; i < size; i++) {
        out.number((long) middle[i] - low[i]);
      }
      for (int i = 0; i < size; i++) {
        out.number((long) high[i] - middle[i]);
      }
    }
  }

  static Track read(Input in) throws Damaged {
    int size = in.number(MOST_POINTS);
    if (size == 0) {
      return ofSingles();
    }
    int kind = in.octet();
    if (kind != SINGLE && kind != RANGE) {
      throw new Damaged("an unknown kind of points");
    }
    Track track = new Track(kind == RANGE, size);
    track.slots[0] = in.signed();
    for (int from = 1; from < size; ) {
      long distance = in.number();
      int run = in.number(size - from);
      if (distance == 0 || run == 0) {
        throw new Damaged("time does not go on");
      }
      for (int i = 0; i < run; i++, from++) {
        track.slots[from] = track.slots[from - 1] + distance;
      }
    }
    track.size = size;
    long before = 0;
    for (int i = 0; i < size; i++) {
      before = valid(before + in.signed());
      track.middle[i] = (int) before;
    }
    if (track.range) {
      for (int i = 0; i < size; i++) {
        track.low[i] = (int) valid(track.middle[i] - in.number());
      }
      for (int i = 0; i < size; i++) {
        track.high[i] = (int) valid(track.middle[i] + in.number());
      }
    }
    return track;
  }

  private static long valid(long code) throws Damaged {
    if (!Rounding.valid(code)) {
      throw new Damaged("a value is out of bounds");
    }
    return code;
  }
}
