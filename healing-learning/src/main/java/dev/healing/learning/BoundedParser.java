package dev.healing.learning;

import dev.healing.learning.KnowledgeJson.BadKnowledgeException;
import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.SerializableString;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.core.util.JsonParserDelegate;

/**
 * Reads a document part by part, none of which may be larger than what we would ever write: who
 * makes something of a part has no more in memory meanwhile than a few times that, whatever the
 * document says.
 *
 * <p>Throws {@link BadKnowledgeException} at the first token that is too much.
 */
final class BoundedParser extends JsonParserDelegate {
  /** A part of a document, and how much of it may still come. */
  static final class Part {
    private final String name;
    private final int mostTokens;
    private final long mostCharacters;
    private int tokens;
    private long characters;

    Part(String name, int mostTokens, long mostCharacters) {
      this.name = name;
      this.mostTokens = mostTokens;
      this.mostCharacters = mostCharacters;
    }

    private void count(long more) {
      tokens++;
      characters += more;
      if (tokens > mostTokens || characters > mostCharacters) {
        throw new BadKnowledgeException(
            name
                + " is larger than anything that is written here: expected at most "
                + mostTokens
                + " values and names, and "
                + mostCharacters
                + " characters");
      }
    }
  }

  private static final class Counting extends FilterReader {
    /** A name of that many characters is read as a whole before anybody can refuse it. */
    private static final int MOST_OF_A_TOKEN = 1 << 20;

    private long characters;
    private long before;

    Counting(Reader in) {
      super(in);
    }

    @Override
    public int read(char[] into, int from, int most) throws IOException {
      int read = in.read(into, from, most);
      characters += Math.max(0, read);
      if (characters - before > MOST_OF_A_TOKEN) {
        throw new BadKnowledgeException(
            "a name, text or number has more than " + MOST_OF_A_TOKEN + " characters");
      }
      return read;
    }
  }

  private final Counting counting;
  private Part part;

  private BoundedParser(Counting counting, JsonParser parser, Part part) {
    super(parser);
    this.counting = counting;
    this.part = part;
  }

  /** Begins with this part. Closing it closes what it reads. */
  static BoundedParser of(JsonFactory factory, Reader in, Part part) {
    Counting counting = new Counting(in);
    return new BoundedParser(counting, Json.parser(factory, counting), part);
  }

  /**
   * What comes now belongs to this part.
   *
   * @return the part before
   */
  Part enter(Part next) {
    Part before = part;
    part = next;
    return before;
  }

  @Override
  public @Nullable JsonToken nextToken() {
    JsonToken next = delegate.nextToken();
    part.count(counting.characters - counting.before);
    counting.before = counting.characters;
    return next;
  }

  // What follows would go past that, and is as in JsonParser.

  @Override
  public @Nullable JsonToken nextValue() {
    JsonToken next = nextToken();
    return next == JsonToken.PROPERTY_NAME ? nextToken() : next;
  }

  @Override
  public @Nullable String nextName() {
    return nextToken() == JsonToken.PROPERTY_NAME ? currentName() : null;
  }

  @Override
  public boolean nextName(SerializableString expected) {
    return expected.getValue().equals(nextName());
  }

  @Override
  public int nextNameMatch(PropertyNameMatcher matcher) {
    String name = nextName();
    if (name != null) {
      return matcher.matchName(name);
    }
    return hasToken(JsonToken.END_OBJECT)
        ? PropertyNameMatcher.MATCH_END_OBJECT
        : PropertyNameMatcher.MATCH_ODD_TOKEN;
  }

  @Override
  public JsonParser skipChildren() {
    JsonToken now = currentToken();
    if (now == JsonToken.START_OBJECT || now == JsonToken.START_ARRAY) {
      int open = 1;
      while (open > 0) {
        JsonToken next = nextToken();
        if (next == null) {
          break; // the parser has thrown before
        }
        open += next.isStructStart() ? 1 : next.isStructEnd() ? -1 : 0;
      }
    }
    return this;
  }
}
