package dev.healing.runner.series;

import dev.healing.api.HostException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code timestamp,value} rows, in constant memory. The first line may be a header; a blank
 * value is a missing one; empty lines count for nothing. Rows count in the order of the file: the
 * time goes back in local time when clocks are put back, and where a host's clock was set.
 */
public final class SeriesReader implements AutoCloseable {
  private static final int LONGEST_LINE = 1000;
  private static final int PIECE = 8192;
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Path file;
  private final Reader reader;
  private final char[] piece = new char[PIECE];
  private final StringBuilder text = new StringBuilder();
  private int next;
  private int filled;
  private long line;

  /**
   * Opens it.
   *
   * @throws SeriesException if it cannot be read
   */
  public SeriesReader(Path file) {
    this.file = file;
    try {
      reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * The next row; empty at the end.
   *
   * @throws SeriesException if the row is none, or the file cannot be read on
   */
  public Optional<Row> next() {
    for (String read = nextLine(); read != null; read = nextLine()) {
      boolean marked = line == 1 && read.startsWith(BYTE_ORDER_MARK);
      String row = marked ? read.substring(1) : read;
      if (!row.isBlank() && !(line == 1 && isHeader(row))) {
        return Optional.of(row(row));
      }
    }
    return Optional.empty();
  }

  /** It names its columns: neither of both is what a row has. */
  private static boolean isHeader(String first) {
    String[] columns = first.split(",", -1);
    return columns.length == 2
        && Timestamps.parse(columns[0].strip()).isEmpty()
        && columns[1].strip().matches("[A-Za-z_][\\w .%/()-]*")
        && !columns[1].strip().matches("(?i)nan|inf(inity)?");
  }

  private Row row(String written) {
    int comma = written.indexOf(',');
    if (comma < 0 || written.indexOf(',', comma + 1) >= 0) {
      throw wrong("is '" + written.strip() + "'", "two columns, timestamp,value");
    }
    String stamp = written.substring(0, comma).strip();
    Instant at =
        Timestamps.parse(stamp)
            .orElseThrow(() -> wrong("the timestamp is '" + stamp + "'", Timestamps.EXPECTED));
    String value = written.substring(comma + 1).strip();
    return new Row(
        line, at, value.isEmpty() ? OptionalDouble.empty() : number(value), stamp + ',' + value);
  }

  private OptionalDouble number(String written) {
    double value = parsed(written);
    if (!Double.isFinite(value)) {
      throw wrong(
          "the value is '" + written + "'",
          "a finite number, or nothing where there was no sample");
    }
    return OptionalDouble.of(value);
  }

  private static double parsed(String written) {
    char last = written.charAt(written.length() - 1);
    try {
      // Java would take 1d and 1f as numbers.
      return last >= '0' && last <= '9' || last == '.' ? Double.parseDouble(written) : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** In pieces as they are read: a call for each character would take longer than scoring. */
  private @Nullable String nextLine() {
    text.setLength(0);
    line++;
    try {
      while (true) {
        if (next == filled) {
          next = 0;
          filled = Math.max(0, reader.read(piece));
          if (filled == 0) {
            return text.isEmpty() ? null : text.toString();
          }
        }
        int from = next;
        while (next < filled && piece[next] != '\n') {
          next++;
        }
        text.append(piece, from, next - from);
        if (text.length() > LONGEST_LINE) {
          throw wrong("is longer than " + LONGEST_LINE + " characters", "timestamp,value");
        }
        if (next < filled) {
          next++;
          return text.toString();
        }
      }
    } catch (CharacterCodingException e) {
      throw wrong("no UTF-8 text here, or soon after it", "timestamp,value");
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private SeriesException wrong(String what, String expected) {
    return new SeriesException(file + ":" + line + ": " + what + ": expected " + expected);
  }

  private SeriesException unreadable(IOException e) {
    String cannot = e instanceof NoSuchFileException ? "" : "cannot be read: ";
    return new SeriesException(file + ": " + cannot + HostException.reason(e), e);
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
