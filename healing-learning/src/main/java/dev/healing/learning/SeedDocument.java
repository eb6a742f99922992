package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.HostException;
import dev.healing.learning.BoundedParser.Part;
import dev.healing.learning.KnowledgeJson.BadKnowledgeException;
import dev.healing.spi.StateStore.Text;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The seed of a system that was here before, {@code {"fixes": {fp: [{timestamp, actions, impact}]},
 * "failures": {fp: [{timestamp, actions, error}]}, "patterns": {}, "statistics": {}}}, read entry
 * by entry. Of several actions that fixed something together each is credited with a part; of
 * several that failed each has failed. What is not taken may be of any size.
 */
final class SeedDocument {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,20}(\\.[0-9]{1,20})?");

  /** More are milliseconds: of the year 1973, and not seconds of the year 5138. */
  private static final double LATEST_SECONDS = 1e11;

  private static final BigDecimal LATEST = new BigDecimal("1e14");

  private static final int MOST_TOKENS = 10_000;

  /** Of an entry: all that a command had to say of an error may be in it. */
  private static final int MOST_CHARACTERS = 1 << 20;

  /** Remembers no names, not even to tell whether one is there twice: there may be many. */
  private static final JsonFactory FACTORY =
      Json.FACTORY
          .rebuild()
          .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(Json.constraints(MOST_CHARACTERS))
          .build();

  private static final String EXPECTED =
      ": expected seconds or milliseconds since 1970, or ISO-8601 such as 2026-11-24T10:00:00Z";

  private final Elsewhere into;
  private final Instant now;
  private @Nullable String noTime;

  SeedDocument(Elsewhere into, Instant now) {
    this.into = into;
    this.now = now;
  }

  /** What is done with a member of a document. */
  private interface Member {
    void read(BoundedParser parser, String name);
  }

  private static void members(Text document, Member member) {
    Part all = new Part("the document", Integer.MAX_VALUE, Long.MAX_VALUE);
    try (Reader in = document.open();
        BoundedParser parser = BoundedParser.of(FACTORY, in, all)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadKnowledgeException("expected a JSON object");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        member.read(parser, name);
      }
      if (parser.nextToken() != null) {
        throw new BadKnowledgeException("expected nothing behind the JSON object");
      }
    } catch (JacksonException e) {
      throw KnowledgeJson.bad(e);
    } catch (IOException e) {
      throw new HostException("it could not be read: " + HostException.reason(e), e);
    }
  }

  /** Which of those that tell what a document is it has. */
  static Set<String> names(Text document) {
    Set<String> names = new TreeSet<>();
    members(
        document,
        (parser, name) -> {
          if (name.equals("problems") || name.equals("fixes") || name.equals("failures")) {
            names.add(name);
          }
          parser.skipChildren();
        });
    return names;
  }

  /** Reads all of it. */
  void read(Text document) {
    Set<String> seen = new TreeSet<>();
    members(
        document,
        (parser, name) -> {
          boolean fixed = name.equals("fixes");
          if ((fixed || name.equals("failures")) && parser.hasToken(JsonToken.START_OBJECT)) {
            if (!seen.add(name)) {
              throw new BadKnowledgeException(name + " is there twice");
            }
            problems(parser, fixed);
          } else {
            parser.skipChildren();
          }
        });
    if (seen.isEmpty()) {
      throw new BadKnowledgeException(
          "expected an export with problems, or a seed with fixes and failures");
    }
  }

  private void problems(BoundedParser parser, boolean fixed) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String problem = parser.currentName();
      boolean list = parser.nextToken() == JsonToken.START_ARRAY;
      if (!Elsewhere.known(problem)) {
        into.leaveOut("fingerprints that are neither type:component nor eight hex digits");
        parser.skipChildren();
      } else if (!list) {
        into.leaveOut("fingerprints without a list of what was done");
        parser.skipChildren();
      } else {
        entries(parser, problem, fixed);
      }
    }
  }

  private void entries(BoundedParser parser, String problem, boolean fixed) {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Part before = parser.enter(new Part("an entry of " + problem, MOST_TOKENS, MOST_CHARACTERS));
      Object entry = Json.value(parser, true); // to be told as it is written
      entry(problem, entry instanceof Members members ? members : new Members(), fixed);
      parser.enter(before);
    }
  }

  private void entry(String problem, Members entry, boolean fixed) {
    BigDecimal impact = number(entry.value("impact"));
    if (impact != null && impact.signum() < 0) {
      into.leaveOut("fixes whose impact is negative: nobody knows what healed there");
      return;
    }
    Object timestamp = entry.value("timestamp");
    if (timestamp != null) { // without a time it counts like others
      Instant at = at(timestamp);
      if (at == null) {
        if (noTime == null) {
          noTime = "entries whose timestamp is none, the first " + shortened(timestamp) + EXPECTED;
        }
        into.leaveOut(noTime);
        return;
      }
      if (at.isAfter(now.plus(Duration.ofDays(1)))) { // clocks differ, and so do time zones
        into.leaveOut("entries from the future: their clock was wrong, or they are made up");
        return;
      }
    }
    Set<String> actions = new LinkedHashSet<>(); // what is named twice was done once
    Object named = entry.value("actions");
    for (Object one : named instanceof List<?> list ? list : Collections.singletonList(named)) {
      String name = name(one);
      if (!name.isEmpty()) {
        actions.add(name);
      }
    }
    if (actions.isEmpty()) {
      into.leaveOut("entries without an action that has a name");
    }
    for (String action : actions) {
      into.add(problem, action, 1, fixed ? 1.0 / actions.size() : 0);
    }
  }

  /** Of a number, or a text that is one; null if it is neither. */
  private static @Nullable BigDecimal number(@Nullable Object value) {
    return value instanceof BigDecimal number
        ? number
        : value instanceof Number || value instanceof String text && NUMBER.matcher(text).matches()
            ? new BigDecimal(value.toString())
            : null;
  }

  /** Seconds or milliseconds since 1970, or the day of ISO-8601; null if it is neither. */
  private static @Nullable Instant at(Object timestamp) {
    BigDecimal number = number(timestamp);
    if (number != null) {
      return since1970(number);
    }
    try {
      return timestamp instanceof String text
          ? LocalDate.parse(text.substring(0, Math.min(10, text.length())))
              .atStartOfDay(ZoneOffset.UTC)
              .toInstant()
          : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** Compared before it is computed with: its exponent may be a thousand million. */
  private static @Nullable Instant since1970(BigDecimal number) {
    if (number.abs().compareTo(LATEST) > 0) {
      return null;
    }
    double since1970 = number.doubleValue();
    double seconds = since1970 > LATEST_SECONDS ? since1970 / 1e3 : since1970;
    return Instant.ofEpochSecond((long) seconds);
  }

  /** As it is written, with what stands around a text. */
  private static String shortened(Object value) {
    String text = value instanceof BigDecimal number ? number.toString() : Writing.text(value);
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  /** Of an action that is a name, or an object that has one; empty if there is none. */
  private static String name(@Nullable Object action) {
    Object named = action;
    for (String member : List.of("action", "name", "type")) {
      named = named instanceof Members all && all.has(member) ? all.value(member) : named;
    }
    try {
      return named instanceof String text ? ActionId.of(text.toLowerCase(Locale.ROOT)).name() : "";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
