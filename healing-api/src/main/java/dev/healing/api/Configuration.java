package dev.healing.api;

import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A section of the configuration, read by asking for typed values with their defaults.
 *
 * <p>What is asked for is the schema: a key that nobody asked for is unknown. A bad value is not
 * thrown but noted, and the default is returned, so that {@link #problems} tells all problems of a
 * file at once. Not safe for use by several threads; read it in {@code create}.
 */
public final class Configuration {
  /**
   * A value with the place where it stands.
   *
   * @param value a String, Number, Boolean, {@code List<Node>} or {@code Map<String, Node>}; null
   *     where the file says nothing after the colon
   * @param place for messages, for example {@code healing.yaml:12}
   */
  public record Node(@Nullable Object value, String place) {
    /** Wraps plain maps, lists and scalars that all stand at one place. */
    public static Node of(@Nullable Object plain, String place) {
      if (plain instanceof Map<?, ?> map) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        map.forEach((key, value) -> nodes.put(String.valueOf(key), of(value, place)));
        return new Node(nodes, place);
      }
      if (plain instanceof List<?> list) {
        return new Node(list.stream().map(element -> of(element, place)).toList(), place);
      }
      return new Node(plain, place);
    }
  }

  /**
   * "n of the last m samples".
   *
   * @param n how many, 1 to m
   * @param m of how many, 1 to 100
   */
  public record NofM(int n, int m) {
    /** Validates. */
    public NofM {
      if (n < 1 || n > m || m > 100) {
        throw new IllegalArgumentException(n + " of " + m + ": expected 1 <= n <= m <= 100");
      }
    }

    @Override
    public String toString() {
      return n + " of " + m;
    }
  }

  private final String path;
  private final Node node;
  private final @Nullable Configuration around;
  private final Map<String, Node> entries;
  private final Set<String> asked = new LinkedHashSet<>();
  private final Map<String, Number> numbers = new ConcurrentHashMap<>();
  private final Map<String, Configuration> sections = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private boolean canBeOff;

  private Configuration(String path, Node node, @Nullable Configuration around) {
    this.path = path;
    this.node = node;
    this.around = around;
    this.entries = mapOf(node);
  }

  /** An empty section: everything has its default. */
  public static Configuration empty() {
    return of(Map.of());
  }

  /** A configuration from plain maps, lists, strings, numbers and booleans. */
  public static Configuration of(Map<String, ?> plain) {
    return of(Node.of(plain, "configuration"));
  }

  /** A configuration from nodes that know where they stand. */
  public static Configuration of(Node root) {
    return new Configuration("", root, null);
  }

  /**
   * The same, of a file that has problems already.
   *
   * @param problems what was wrong when it was read; {@link #problems} tells them with all others
   */
  public static Configuration of(Node root, List<String> problems) {
    Configuration configuration = of(root);
    configuration.problems.addAll(problems);
    return configuration;
  }

  @SuppressWarnings("unchecked")
  private Map<String, Node> mapOf(Node candidate) {
    Object value = candidate.value();
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Node>) map;
    }
    if (value != null && Values.onOff(value).isEmpty()) {
      problem(candidate, "a section of keys and values");
    }
    return Map.of();
  }

  /**
   * Whether this section is not written as {@code off}: of one that is never asked, that is wrong.
   */
  public boolean enabled() {
    canBeOff = true;
    return Values.onOff(node.value()).orElse(true);
  }

  /** The keys that are written in this section, in the order of the file. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /** Whether the key is written. */
  public boolean has(String key) {
    return entries.containsKey(key);
  }

  /** Whether the key is written in the section of this name. Asks for neither. */
  public boolean has(String section, String key) {
    Node child = entries.get(section);
    return child != null && child.value() instanceof Map<?, ?> map && map.containsKey(key);
  }

  /** The section of this name; empty if it is not written. The same object every time. */
  public Configuration section(String key) {
    asked.add(key);
    return sections.computeIfAbsent(
        key,
        k -> {
          Node child = entries.getOrDefault(k, new Node(null, node.place()));
          return new Configuration(path.isEmpty() ? k : path + "." + k, child, this);
        });
  }

  /**
   * The section beside this one, as {@link #section} of the one around both: for what is set there
   * and holds here too. Empty if this is no section of another.
   */
  public Configuration beside(String key) {
    return around == null ? empty() : around.section(key);
  }

  /** All that this is a section of: for what is set in another part and holds here too. */
  public Configuration whole() {
    return around == null ? this : around.whole();
  }

  /**
   * Parses a duration as it is written in a configuration.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration parseDuration(String written) {
    return Values.duration(written);
  }

  /** A duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h} or {@code 7d}. */
  public Duration duration(String key, Duration fallback) {
    return value(key, fallback, "a duration like 30s, 5m, 2h or 7d", Values::duration);
  }

  /** A size such as {@code 512B}, {@code 64KiB}, {@code 100MiB} or {@code 2GiB}, in bytes. */
  public long bytes(String key, long fallback) {
    return value(key, fallback, "a size like 64KiB, 100MiB or 2GiB", Values::bytes);
  }

  /** A percentage such as {@code 90%}, as a fraction from 0 to 1. */
  public double fraction(String key, double fallback) {
    return value(key, fallback, "a percentage from 0% to 100%", Values::fraction);
  }

  /** A number such as {@code 40}, {@code 1.5} or {@code -3}. */
  public double number(String key, double fallback) {
    return value(key, fallback, "a number like 40 or 1.5", Values::number);
  }

  /** A whole number between the bounds, inclusive. */
  public int count(String key, int fallback, int least, int most) {
    return value(
        key,
        fallback,
        "a whole number from " + least + " to " + most,
        raw -> {
          int number = Integer.parseInt(raw.toString().strip());
          if (number < least || number > most) {
            throw new IllegalArgumentException("out of bounds");
          }
          return number;
        });
  }

  /** A whole number between the bounds, inclusive; empty if it is {@code off}. */
  public OptionalInt countOrOff(String key, int fallback, int least, int most) {
    Node entry = entries.get(key);
    boolean off = entry != null && Values.onOff(entry.value()).filter(on -> !on).isPresent();
    if (off) {
      asked.add(key);
      return OptionalInt.empty();
    }
    return OptionalInt.of(count(key, fallback, least, most));
  }

  /** Such as {@code 3 of 5}. */
  public NofM nOfM(String key, NofM fallback) {
    return value(key, fallback, "'n of m' with 1 <= n <= m <= 100, like 3 of 5", Values::nOfM);
  }

  /** {@code on} or {@code off}. */
  public boolean flag(String key, boolean fallback) {
    return value(key, fallback, "on or off", raw -> Values.onOff(raw).orElseThrow());
  }

  /** A text. */
  public String text(String key, String fallback) {
    return value(key, fallback, "a text", Values::text);
  }

  /** A name: a lower-case letter, then up to 63 of a-z, 0-9, _ and -. */
  public String name(String key, String fallback) {
    return value(
        key,
        fallback,
        "a name: a-z, then up to 63 of a-z, 0-9, _ and -",
        raw -> Names.require(key, Values.text(raw)));
  }

  /** One of the constants, in lower case or, as it is shown, in upper case. */
  public <E extends Enum<E>> E choice(String key, E fallback) {
    E[] constants = fallback.getDeclaringClass().getEnumConstants();
    List<String> upper = Stream.of(constants).map(Enum::name).toList();
    List<String> names = upper.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    return value(
        key,
        fallback,
        "one of " + String.join(", ", names),
        raw -> {
          String written = raw.toString().strip();
          int index = names.indexOf(written);
          return constants[index >= 0 ? index : upper.indexOf(written)];
        });
  }

  /** An absolute path of this host. */
  public Path path(String key, Path fallback) {
    return value(key, fallback, "an absolute path", Values::path);
  }

  /** A list of texts. */
  public List<String> texts(String key, List<String> fallback) {
    return list(key, fallback, "a text", Values::text);
  }

  /** A list of names for {@link Globs}. */
  public List<String> globs(String key, List<String> fallback) {
    return list(key, fallback, "a name, which may have * and ? in it", Values::glob);
  }

  /** A list of absolute paths of this host. */
  public List<Path> paths(String key, List<Path> fallback) {
    return list(key, fallback, "an absolute path", Values::path);
  }

  /**
   * Notes that values which are fine by themselves cannot stand together, or that a value is
   * refused for a reason that no type tells.
   *
   * @param key where it should be mended
   * @param expected what would be right, in words
   */
  public void contradiction(String key, String expected) {
    problem(key, entries.getOrDefault(key, node), expected);
  }

  /**
   * All problems of this section and those within it: bad values, contradictions, and keys that
   * nobody asked for. Call it when everything has been asked.
   */
  public List<String> problems() {
    if (!canBeOff && Values.onOff(node.value()).isPresent()) {
      problem(node, "a section of keys and values, which cannot be on or off as a whole");
    }
    List<String> all = new ArrayList<>(problems);
    entries.forEach(
        (key, value) -> {
          if (!asked.contains(key)) {
            all.add(
                value.place()
                    + ": unknown key '"
                    + name(key)
                    + "': "
                    + (asked.isEmpty()
                        ? "nothing can be set here"
                        : "expected one of " + String.join(", ", asked)));
          }
        });
    sections.values().forEach(section -> all.addAll(section.problems()));
    return all;
  }

  private <T> T value(String key, T fallback, String expected, Function<Object, T> parse) {
    asked.add(key);
    Node entry = entries.get(key);
    T answer = entry == null ? fallback : parsed(key, entry, expected, parse).orElse(fallback);
    if (answer instanceof Number number) {
      numbers.put(key, number);
    }
    return answer;
  }

  /**
   * The number that whoever asked for this key goes by, be it written or their default: for who
   * shows it. Empty if nobody has asked for it as a number. For any thread.
   */
  public Optional<Number> told(String key) {
    return Optional.ofNullable(numbers.get(key));
  }

  private <T> List<T> list(
      String key, List<T> fallback, String expected, Function<Object, T> parse) {
    asked.add(key);
    Node entry = entries.get(key);
    if (entry == null) {
      return fallback;
    }
    if (!(entry.value() instanceof List<?> elements)) {
      problem(key, entry, "a list, each element " + expected);
      return fallback;
    }
    List<T> values = new ArrayList<>();
    for (Object element : elements) {
      parsed(key, (Node) element, expected, parse).ifPresent(values::add);
    }
    return List.copyOf(values);
  }

  private <T> Optional<T> parsed(
      String key, Node entry, String expected, Function<Object, T> parse) {
    Object raw = entry.value();
    if (raw != null) {
      try {
        return Optional.of(parse.apply(raw));
      } catch (IllegalArgumentException
          | IndexOutOfBoundsException
          | java.util.NoSuchElementException
          | DateTimeParseException
          | ArithmeticException e) {
        // Noted below with what was expected; the parser's own words are for programmers.
      }
    }
    problem(key, entry, expected);
    return Optional.empty();
  }

  private void problem(Node where, String expected) {
    note(path, where, expected);
  }

  private void problem(String key, Node where, String expected) {
    note(name(key), where, expected);
  }

  /** Once, however many ask for the value. */
  private void note(String name, Node where, String expected) {
    String problem =
        where.place() + ": '" + name + "' is " + shown(where) + ": expected " + expected;
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static String shown(Node where) {
    Object value = where.value();
    if (value == null) {
      return "empty";
    }
    if (value instanceof Map) {
      return "a section";
    }
    return value instanceof List ? "a list" : "'" + value + "'";
  }
}
