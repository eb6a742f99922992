package dev.healing.runner.series;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a file without those whose time is out of all order, as after a clock that was wrong:
 * one of them would be the newest of all for the rest of the file. Each is told, and nothing is
 * left out in silence.
 *
 * <p>A row that is far from the newest before it waits for the next one. Where the series goes on
 * from there, that was a gap; where it goes on from before, the row is left out; where it goes on
 * from far back, the file is in no order and is refused. So what a row tells depends on no row
 * after the next one.
 */
public final class InOrder implements AutoCloseable {
  /** Of rows that are left out: more of them are counted. */
  private static final int MOST_TOLD = 3;

  private final Path file;
  private final SeriesReader reader;
  private final Duration far;
  private final Duration mostAtTheEnd;
  private final Consumer<String> told;
  private @Nullable Row newest;
  private @Nullable Row ready;
  private long leftOut;
  private long back;
  private @Nullable Row firstBack;

  /**
   * Opens it.
   *
   * @param far from the newest row before it, in either direction, a row waits for the next one
   * @param mostAtTheEnd a row that is later than that by more than this, and has none behind it, is
   *     left out
   * @param told is given what was left out, a line each
   * @throws SeriesException if it cannot be read
   */
  public InOrder(Path file, Duration far, Duration mostAtTheEnd, Consumer<String> told) {
    this.file = file;
    this.reader = new SeriesReader(file);
    this.far = far;
    this.mostAtTheEnd = mostAtTheEnd;
    this.told = told;
  }

  /**
   * The next row; empty at the end. It is before the one before it only if by less than {@code
   * far}.
   *
   * @throws SeriesException if a row is none, or the file is in no order
   */
  public Optional<Row> next() {
    Row row = take();
    while (row != null && newest != null && distance(newest, row).compareTo(far) > 0) {
      Row next = take();
      if (next == null ? isEnd(newest, row) : goesOn(newest, row, next)) {
        ready = next;
        break;
      }
      leaveOut(newest, row, next);
      row = next;
    }
    if (row == null) {
      tellTheRest();
      return Optional.empty();
    }
    if (newest == null || !row.at().isBefore(newest.at())) {
      newest = row;
    } else {
      firstBack = back == 0 ? row : firstBack;
      back++;
    }
    return Optional.of(row);
  }

  private @Nullable Row take() {
    Row taken = ready;
    ready = null;
    return taken == null ? reader.next().orElse(null) : taken;
  }

  private static Duration distance(Row one, Row other) {
    return Duration.between(one.at(), other.at()).abs();
  }

  private boolean isEnd(Row before, Row last) {
    return last.at().isAfter(before.at()) && distance(before, last).compareTo(mostAtTheEnd) <= 0;
  }

  private boolean goesOn(Row before, Row row, Row next) {
    if (row.at().isAfter(before.at())) {
      return !next.at().isBefore(row.at());
    }
    if (distance(row, next).compareTo(distance(before, next)) < 0) {
      throw new SeriesException(
          place(row)
              + " is "
              + apart(before, row)
              + " before "
              + stamp(before)
              + " in line "
              + before.line()
              + ", and so are those behind it: expected rows in the order of their times");
    }
    return false;
  }

  private void leaveOut(Row before, Row row, @Nullable Row next) {
    leftOut++;
    if (leftOut <= MOST_TOLD) {
      String side = row.at().isAfter(before.at()) ? " after " : " before ";
      told.accept(
          place(row)
              + " is "
              + apart(before, row)
              + side
              + stamp(before)
              + (next == null ? ", and nothing is behind it" : ", and the next row is not")
              + ": left out");
    }
  }

  private void tellTheRest() {
    if (leftOut > MOST_TOLD) {
      told.accept(file + ": " + (leftOut - MOST_TOLD) + " more rows like those: left out");
    }
    Row first = firstBack;
    if (first != null) {
      told.accept(
          place(first)
              + " is before the newest row before it"
              + (back == 1 ? "" : ", as are " + (back - 1) + " others")
              + ": taken as of the same time as that");
    }
    leftOut = 0;
    firstBack = null;
  }

  private String place(Row row) {
    return file + ":" + row.line() + ": " + stamp(row);
  }

  private static String stamp(Row row) {
    return row.text().substring(0, row.text().indexOf(','));
  }

  private static String apart(Row one, Row other) {
    Duration apart = distance(one, other);
    return apart.toDays() > 2 ? apart.toDays() + " days" : apart.toHours() + " hours";
  }

  @Override
  public void close() {
    reader.close();
  }
}
