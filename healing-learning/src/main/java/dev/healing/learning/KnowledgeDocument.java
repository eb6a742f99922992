package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.HostException;
import dev.healing.learning.BoundedParser.Part;
import dev.healing.learning.KnowledgeJson.BadKnowledgeException;
import dev.healing.spi.StateStore.Text;
import java.io.IOException;
import java.io.Reader;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads {@code knowledge.json} problem by problem: what is made of one is all that is kept of it,
 * and what is larger than it can be is refused while it is read.
 *
 * <p>The problems are its last member as we write it. In another order, as an editor may leave it,
 * it is read twice: what stands beside the problems first.
 */
final class KnowledgeDocument<T> {
  private static final int MOST_TOKENS = 100_000;

  /** Names of 256 problems are among them. */
  private static final long MOST_BESIDE = 8 << 20;

  private static final long MOST_OF_ONE = 1 << 20;

  /** As many could be imported before that was bounded. */
  private static final int MOST_HASHES = 100_000;

  private static final Set<String> BESIDE =
      Set.of("folded", "statistics", "calibration", "lending", "doubts", "imports", "seeds");
  private static final Set<String> BESIDE_VERSION_1 = Set.of("folded", "statistics");

  /** What is begun with what stands beside the problems. */
  @FunctionalInterface
  interface Beginning<T> {
    T of(KnowledgeFile file, SortedMap<String, SortedMap<String, Imported>> seeds);
  }

  private final Beginning<T> beginning;
  private final BiConsumer<T, KnownProblem> each;
  private final Members beside = new Members();
  private final SortedMap<String, SortedMap<String, Imported>> seeds = new TreeMap<>();
  private final Set<String> seen = new HashSet<>();
  private @Nullable KnowledgeFile file;

  private KnowledgeDocument(Beginning<T> beginning, BiConsumer<T, KnownProblem> each) {
    this.beginning = beginning;
    this.each = each;
  }

  /**
   * Reads it.
   *
   * @param identified whether to give it an id, which programs before version 4 did not: of what
   *     they have kept
   * @param each adds a problem
   * @throws BadKnowledgeException if it is no knowledge
   */
  static <T> T read(
      Text text, boolean identified, Beginning<T> beginning, BiConsumer<T, KnownProblem> each) {
    KnowledgeDocument<T> document = new KnowledgeDocument<>(beginning, each);
    try {
      T made = document.pass(text, identified);
      if (made == null) {
        KnowledgeFile file = document.beside();
        boolean nameless = identified && file.id() == null && file.folded() > 0;
        document.file = nameless ? file.identified(KnowledgeJson.digest(text)) : file;
        made = document.pass(text, false);
      }
      if (made == null) {
        throw new BadKnowledgeException("expected problems");
      }
      return made;
    } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
      throw KnowledgeJson.bad(e);
    } catch (IOException e) {
      throw new HostException("it could not be read: " + HostException.reason(e), e);
    }
  }

  /** Null if what stands beside the problems must be read first, which it is then. */
  private @Nullable T pass(Text text, boolean identified) throws IOException {
    T made = null;
    boolean late = false;
    Part all = new Part("what stands beside the problems", MOST_TOKENS, MOST_BESIDE);
    try (Reader in = text.open();
        BoundedParser parser = BoundedParser.of(Json.FACTORY, in, all)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadKnowledgeException("expected a JSON object");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("problems")) {
          boolean ready = file != null || complete() && !(identified && !beside.has("id"));
          if (ready) {
            made = beginning.of(beside(), seeds);
          }
          problems(parser, made);
        } else {
          late |= file == null && made != null;
          member(parser, name);
        }
      }
      if (parser.nextToken() != null) {
        throw new BadKnowledgeException("expected nothing behind the JSON object");
      }
    }
    return late ? null : made;
  }

  private boolean complete() {
    return beside.has("version") && seen.containsAll(version1() ? BESIDE_VERSION_1 : BESIDE);
  }

  private boolean version1() {
    return beside.whole("version") == Version1.VERSION;
  }

  private KnowledgeFile beside() {
    KnowledgeFile known = file;
    if (known == null) {
      known = version1() ? Version1.read(beside).newest() : KnowledgeFile.read(beside);
      if (!version1() && !seen.contains("seeds")) {
        throw new BadKnowledgeException("expected seeds");
      }
      KnowledgeJson.requireBelievable("folded", known.folded());
    }
    return known;
  }

  private void member(BoundedParser parser, String name) {
    if (name.equals("seeds")) {
      seeds(parser);
    } else if (file == null) {
      beside.add(name, Json.value(parser, false));
    } else {
      parser.skipChildren();
    }
    seen.add(name);
  }

  private void seeds(BoundedParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new BadKnowledgeException("expected seeds by their hash");
    }
    Part before = parser.enter(new Part("seeds", MOST_TOKENS, MOST_OF_ONE));
    int pairs = 0;
    for (int hashes = 0; parser.nextToken() == JsonToken.PROPERTY_NAME; hashes++) {
      String hash = parser.currentName();
      if (!Elsewhere.hash(hash) || hashes == MOST_HASHES) {
        throw new BadKnowledgeException(
            "seed '" + hash + "': expected eight hex digits, at most " + MOST_HASHES + " times");
      }
      parser.nextToken();
      SortedMap<String, Imported> actions =
          Kind.mapOf(Kind.object(Imported::read)).of("seed " + hash, Json.value(parser, false));
      actions.keySet().forEach(ActionId::of);
      pairs += actions.size();
      if (file == null && pairs <= Seeds.MOST) {
        seeds.put(hash, actions);
      }
      parser.enter(new Part("seed behind '" + hash + "'", MOST_TOKENS, MOST_OF_ONE));
    }
    parser.enter(before);
  }

  /** Looks at them only if nothing is made of them yet. */
  private void problems(BoundedParser parser, @Nullable T made) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new BadKnowledgeException("expected a list of problems");
    }
    KnowledgeFile known = made == null ? null : beside();
    boolean old = version1();
    String last = "";
    long attempts = 0;
    Part before = parser.enter(new Part("the first problem", MOST_TOKENS, MOST_OF_ONE));
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (known == null || made == null) {
        parser.skipChildren();
      } else {
        KnownProblem problem = problem(parser, old);
        attempts = Math.addExact(attempts, problem.attempts());
        KnowledgeFile.requireAtMost(
            "attempts of all problems",
            attempts,
            "statistics.attempts",
            known.statistics().attempts());
        each.accept(made, problem);
        last = problem.key();
      }
      parser.enter(new Part("the problem behind '" + last + "'", MOST_TOKENS, MOST_OF_ONE));
    }
    parser.enter(before);
  }

  private static KnownProblem problem(BoundedParser parser, boolean old) {
    Object value = Json.value(parser, false);
    return old
        ? Kind.object(Version1.Problem::read).of("a problem", value).newest()
        : Kind.object(KnownProblem::read).of("a problem", value);
  }

  /**
   * The version that the document says it has; absent if it says none. Reads no further than to
   * there, since a newer schema may have anything behind it.
   */
  static OptionalInt version(Text text) {
    Part all = new Part("what stands before the version", MOST_TOKENS, MOST_BESIDE);
    try (Reader in = text.open();
        BoundedParser parser = BoundedParser.of(Json.FACTORY, in, all)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean found = "version".equals(parser.currentName());
        JsonToken value = parser.nextToken();
        if (found) {
          return value == JsonToken.VALUE_NUMBER_INT
              ? OptionalInt.of(parser.getIntValue())
              : OptionalInt.empty();
        }
        parser.skipChildren();
      }
    } catch (JacksonException | BadKnowledgeException | IOException e) {
      // Then it says none that anybody could read.
    }
    return OptionalInt.empty();
  }
}
