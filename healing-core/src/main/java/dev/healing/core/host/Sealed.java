package dev.healing.core.host;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.healing.spi.StateStore.Text;
import java.io.FilterReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Reader;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON object with the CRC32C of its text as last member: {@code {"a":1}} becomes {@code
 * {"a":1,"crc":"0123abcd"}}. Added and checked as text, so that what is read is what was written.
 */
final class Sealed {
  private static final int PIECE = 1 << 16;
  private static final String KEY = "\"crc\":\"";
  private static final int SEAL_LENGTH = KEY.length() + 8 + 2;
  private static final Pattern LIKE_A_SEAL =
      Pattern.compile("(?s).*.{3}c?.{1,3}:\"?[^\"]{7,9}\"?\\}");

  /** Apart, since it is rarely needed and large. */
  private static final class Json {
    /** Remembers no names: there may be many. */
    private static final JsonFactory FACTORY =
        JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();
  }

  private Sealed() {}

  /**
   * Adds the checksum.
   *
   * @return two parts, to be written one after the other, in UTF-8: together they would be one copy
   *     more of what may be a large part of all memory
   * @throws IllegalArgumentException if it cannot be a JSON object
   */
  static byte[][] seal(String jsonObject) {
    String text = jsonObject.strip();
    if (!text.startsWith("{") || !text.endsWith("}")) {
      throw new IllegalArgumentException("expected a JSON object, was: " + shortened(text));
    }
    byte[] bytes = text.getBytes(UTF_8);
    int open = bytes.length - 1;
    boolean empty = text.chars().skip(1).limit(text.length() - 2).allMatch(Character::isWhitespace);
    String comma = empty ? "" : ",";
    byte[] seal = (comma + KEY + crc(bytes, 0, open) + "\"}").getBytes(UTF_8);
    bytes[open] = seal[0];
    return new byte[][] {bytes, Arrays.copyOfRange(seal, 1, seal.length)};
  }

  /**
   * A document in parts, with its checksum in the last, in UTF-8. Once.
   *
   * <p>Throws IllegalArgumentException if it cannot be a JSON object that has anything in it.
   */
  static final class Pieces implements Iterator<byte[]> {
    private final List<String> parts;
    private final CRC32C crc = new CRC32C();
    private int next;

    Pieces(List<String> parts) {
      if (parts.isEmpty()
          || !parts.get(0).startsWith("{")
          || !parts.get(parts.size() - 1).endsWith("}")
          || parts.size() == 1 && parts.get(0).length() == 2) {
        throw new IllegalArgumentException("expected the parts of a JSON object");
      }
      this.parts = List.copyOf(parts);
    }

    @Override
    public boolean hasNext() {
      return next < parts.size();
    }

    @Override
    public byte[] next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      String part = parts.get(next++);
      boolean last = next == parts.size();
      byte[] bytes = (last ? part.substring(0, part.length() - 1) : part).getBytes(UTF_8);
      crc.update(bytes);
      if (!last) {
        return bytes;
      }
      byte[] seal = ("," + KEY + closed(crc) + "\"}\n").getBytes(UTF_8);
      byte[] all = Arrays.copyOf(bytes, bytes.length + seal.length);
      System.arraycopy(seal, 0, all, bytes.length, seal.length);
      return all;
    }
  }

  /**
   * Where the last brace of a text that ends in its checksum, but for blanks, belongs; below 0 if
   * it does not. In pieces, since it may be a large part of all memory.
   *
   * @param sealed in UTF-8
   */
  static long end(RandomAccessFile sealed) throws IOException {
    byte[] piece = new byte[PIECE];
    long begin = Math.max(0, sealed.length() - PIECE);
    int length = (int) (sealed.length() - begin);
    sealed.seek(begin);
    sealed.readFully(piece, 0, length);
    while (length > 0 && Character.isWhitespace(piece[length - 1])) {
      length--;
    }
    int at = length - SEAL_LENGTH;
    if (at < 1) {
      return -1;
    }
    String seal = new String(piece, at, SEAL_LENGTH, ISO_8859_1);
    if (!seal.startsWith(KEY)) {
      return -1; // however large it is
    }
    long end = begin + (piece[at - 1] == ',' ? at - 1 : at);
    CRC32C crc = new CRC32C();
    sealed.seek(0);
    for (long left = end; left > 0; ) {
      int read = sealed.read(piece, 0, (int) Math.min(PIECE, left));
      if (read < 0 || left == end && piece[0] != '{') {
        return -1;
      }
      crc.update(piece, 0, read);
      left -= read;
    }
    return seal.equals(KEY + closed(crc) + "\"}") ? end : -1;
  }

  /**
   * Takes the checksum away again; absent if there is none or it is not of this text. One copy and
   * no more, since a document may be a large part of all memory: the bytes are changed.
   *
   * @param sealed in UTF-8
   */
  static Optional<String> unseal(byte[] sealed, int from, int to) {
    int end = end(sealed, from, to);
    if (end < 0) {
      return Optional.empty();
    }
    sealed[end] = '}';
    return Optional.of(new String(sealed, from, end + 1 - from, UTF_8));
  }

  /** Where the last brace of the text belongs; below 0 if the checksum is not of it. */
  private static int end(byte[] sealed, int from, int to) {
    int at = to - SEAL_LENGTH;
    if (at <= from || sealed[from] != '{') {
      return -1;
    }
    String seal = new String(sealed, at, SEAL_LENGTH, ISO_8859_1);
    int end = sealed[at - 1] == ',' ? at - 1 : at;
    return seal.equals(KEY + crc(sealed, from, end) + "\"}") ? end : -1;
  }

  /**
   * Whether a person wrote this: a whole JSON object without a checksum, nor with anything at its
   * end that could be the remains of one.
   *
   * @param end of the text, without blanks behind it
   */
  static boolean handWritten(Text text, String end) throws IOException {
    if (!end.endsWith("}") || LIKE_A_SEAL.matcher(end).matches()) {
      return false;
    }
    try (Reader all = text.open()) {
      Shortened in = new Shortened(all);
      try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), in)) {
        int open = 0;
        JsonToken next = parser.nextToken();
        boolean object = next == JsonToken.START_OBJECT;
        while (object && next != null) { // as a tree it would be many times as large
          in.sinceToken = 0;
          open += next.isStructStart() ? 1 : next.isStructEnd() ? -1 : 0;
          next = parser.nextToken();
          object = open > 0 || next == null;
        }
        return object;
      }
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException | TooLongException e) {
      return false;
    }
  }

  /** A name or a text is longer than anybody writes, and would fill memory. */
  private static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends where a name or a text is too long. */
  private static final class Shortened extends FilterReader {
    private static final int MOST = 1 << 20;
    private long sinceToken;

    Shortened(Reader in) {
      super(in);
    }

    @Override
    public int read(char[] into, int from, int most) throws IOException {
      int read = in.read(into, from, most);
      sinceToken += Math.max(0, read);
      if (sinceToken > MOST) {
        throw new TooLongException();
      }
      return read;
    }
  }

  /** Of the text that the last brace comes after. */
  private static String crc(byte[] open, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(open, from, to - from);
    return closed(crc);
  }

  private static String closed(CRC32C crc) {
    crc.update('}');
    return HexFormat.of().toHexDigits(crc.getValue(), 8);
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
