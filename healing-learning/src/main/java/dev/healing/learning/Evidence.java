package dev.healing.learning;

import org.jspecify.annotations.Nullable;

/** Says in words what a confidence rests on. Without {@code String.format}: it is asked often. */
final class Evidence {
  private Evidence() {}

  static String tell(
      @Nullable Attempts attempts,
      Pool.OfType pool,
      Belief belief,
      double expected,
      double strength) {
    StringBuilder words = new StringBuilder(200);
    Tally seen = attempts == null ? null : attempts.seen();
    own(words, seen, attempts);
    long others = pool.decidedSeen() - (seen == null ? 0 : seen.decided());
    long othersHealed = pool.healedSeen() - (seen == null ? 0 : seen.healed());
    long elsewhere = pool.decidedSeenEverywhere() - pool.decidedSeen();
    if (others > 0) {
      words.append("; on others of its type ").append(othersHealed).append(" of ").append(others);
    }
    if (elsewhere > 0) {
      words
          .append("; on other types ")
          .append(pool.healedSeenEverywhere() - pool.healedSeen())
          .append(" of ")
          .append(elsewhere);
    }
    long imported = pool.importedEverywhere() - ownLent(attempts).attempts();
    if (imported > 0) {
      words.append("; on other problems, as imported, ");
      number(words, pool.importedHealedEverywhere() - ownLent(attempts).healed(), 1);
      words.append(" of ").append(imported);
    }
    if (others + elsewhere + imported > 0) {
      words.append(", which lets expect ");
      number(words, expected, 2);
      words.append(" and counts as ");
      number(words, strength, 1);
      words.append(" attempts");
    }
    words.append(": ");
    number(words, belief.value(), 2);
    words.append(", at least ");
    number(words, belief.lower(), 2);
    if (attempts != null && attempts.outdated()) {
      words.append("; it seems to have changed, so what was before counts little");
    }
    if (seen != null) {
      words
          .append("; the last time, ")
          .append(seen.lastSeen())
          .append(", it was ")
          .append(seen.lastOutcome());
    }
    return words.toString();
  }

  private static void own(StringBuilder words, @Nullable Tally seen, @Nullable Attempts attempts) {
    if (seen == null) {
      words.append("never tried on this problem");
    } else {
      words.append("on this problem it healed ").append(seen.healed()).append(" of ");
      words.append(seen.decided()).append(seen.decided() == 1 ? " attempt" : " attempts");
      String before = " (";
      before = some(words, before, seen.unchanged(), " unchanged");
      before = some(words, before, seen.worse(), " worse");
      before = some(words, before, seen.failed(), " failed");
      before = some(words, before, seen.ambiguous(), " not counted because nobody can know");
      if (attempts != null && attempts.takenBack >= 0.05) {
        words.append(before);
        number(words, attempts.takenBack, 1);
        words.append(" taken back because it returned too soon");
        before = ", ";
      }
      words.append(before.equals(" (") ? "" : ")");
    }
    if (attempts != null && attempts.imported().attempts() > 0) {
      words.append("; ").append(attempts.imported().from()).append(" has seen it heal ");
      number(words, attempts.imported().healed(), 1);
      words.append(" of ").append(attempts.imported().attempts());
      words.append(" times, which counts less");
    }
  }

  private static Imported ownLent(@Nullable Attempts attempts) {
    return attempts == null ? Imported.NONE : attempts.importedLent();
  }

  private static String some(StringBuilder words, String before, long count, String what) {
    if (count == 0) {
      return before;
    }
    words.append(before).append(count).append(what);
    return ", ";
  }

  /** With so many digits after the point; rounded. */
  static void number(StringBuilder words, double number, int digits) {
    long scale = digits == 1 ? 10 : 100;
    long rounded = Math.round(number * scale);
    words.append(rounded / scale).append('.');
    if (digits == 2 && rounded % scale < 10) {
      words.append('0');
    }
    words.append(rounded % scale);
  }
}
