package dev.healing.learning;

import dev.healing.learning.KnowledgeJson.BadKnowledgeException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a value of a file should be. Strict: a number in quotes, a fraction of a whole one or the
 * place of a word among others is none of ours, and is refused rather than made fit.
 *
 * @param <T> as what we have it then
 */
@FunctionalInterface
interface Kind<T> {
  /**
   * The value as that.
   *
   * @param name of the member, for the message
   * @param value as {@link Json} reads it
   * @throws BadKnowledgeException if it is something else, or null
   */
  T of(String name, @Nullable Object value);

  /** What is made of that. */
  default <U> Kind<U> made(Function<T, U> make) {
    return (name, value) -> make.apply(of(name, value));
  }

  Kind<String> TEXT =
      (name, value) -> value instanceof String text ? text : refuse(name, value, "a text");

  Kind<Boolean> FLAG =
      (name, value) -> value instanceof Boolean flag ? flag : refuse(name, value, "true or false");

  /** Written as an integer or not: 5.0 is one, too. */
  Kind<Long> WHOLE =
      (name, value) -> {
        if (value instanceof Long whole) {
          return whole;
        }
        return value instanceof Double number && number == number.longValue()
            ? number.longValue()
            : refuse(name, value, "a whole number of at most " + Long.MAX_VALUE);
      };

  Kind<Integer> SMALL =
      (name, value) -> {
        long whole = WHOLE.of(name, value);
        return whole == (int) whole
            ? (int) whole
            : refuse(name, value, "a whole number of at most " + Integer.MAX_VALUE);
      };

  Kind<Double> NUMBER =
      (name, value) ->
          value instanceof Number number ? number.doubleValue() : refuse(name, value, "a number");

  /** As text only: a number may be seconds or milliseconds, and of any size. */
  Kind<Instant> TIME =
      (name, value) -> {
        try {
          if (value instanceof String text) {
            return Instant.parse(text);
          }
        } catch (DateTimeException e) {
          // Said below, in our words.
        }
        return refuse(name, value, "a time such as '2026-11-24T10:00:00Z'");
      };

  Kind<YearMonth> MONTH =
      (name, value) -> {
        try {
          if (value instanceof String text) {
            return YearMonth.parse(text);
          }
        } catch (DateTimeException e) {
          // Said below, in our words.
        }
        return refuse(name, value, "a month such as '2026-11'");
      };

  /** One of these by its name. */
  static <E extends Enum<E>> Kind<E> oneOf(Class<E> type) {
    return (name, value) -> {
      for (E one : type.getEnumConstants()) {
        if (one.name().equals(value)) {
          return one;
        }
      }
      return refuse(name, value, "one of " + Arrays.toString(type.getEnumConstants()));
    };
  }

  /** Any number of them. */
  static <T> Kind<List<T>> listOf(Kind<T> kind) {
    return (name, value) -> {
      List<?> values = value instanceof List<?> list ? list : refuse(name, value, "a list");
      List<T> all = new ArrayList<>(values.size());
      for (Object one : values) {
        all.add(kind.of(name, one));
      }
      return all;
    };
  }

  /** Any number of them by name. */
  static <T> Kind<SortedMap<String, T>> mapOf(Kind<T> kind) {
    return (name, value) -> {
      SortedMap<String, T> all = new TreeMap<>();
      for (Map.Entry<String, @Nullable Object> one : members(name, value).all().entrySet()) {
        all.put(one.getKey(), kind.of(one.getKey(), one.getValue()));
      }
      return all;
    };
  }

  /** What is made of its members. */
  static <T> Kind<T> object(Function<Members, T> read) {
    return (name, value) -> read.apply(members(name, value));
  }

  private static Members members(String name, @Nullable Object value) {
    return value instanceof Members members ? members : refuse(name, value, "a JSON object");
  }

  /** Never returns; says who, which value, and what was expected. */
  static <T> T refuse(String name, @Nullable Object value, String expected) {
    String found = value instanceof String text ? text : Writing.text(value);
    String shown = found.length() <= 40 ? found : found.substring(0, 40) + "…";
    throw new BadKnowledgeException(
        Adoption.shortened(name)
            + (value == null ? " is missing or null" : " is '" + shown + "'")
            + ": expected "
            + expected);
  }
}
