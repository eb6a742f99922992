package dev.healing.core;

import dev.healing.api.IssueType;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What came of acting upon a forecast: whether what was predicted would have been without it.
 *
 * @param incident whose it was
 * @param type of the issue
 * @param components of the issue
 * @param verdict what is known now
 * @param at when that was known
 * @param reason in words, with the numbers
 */
public record Prevention(
    String incident,
    IssueType type,
    SortedSet<String> components,
    Verdict verdict,
    Instant at,
    String reason) {
  /** What there is to know. */
  public enum Verdict {
    /** Without what was done the limit would have been reached by the time that was said. */
    PREVENTED,
    /** It would not have been. */
    NEEDLESS,
    /** The limit was reached all the same. */
    IN_VAIN,
    /** It was not measured when it would have been. */
    UNKNOWN
  }

  /** Copies. */
  public Prevention {
    components = Collections.unmodifiableSortedSet(new TreeSet<>(components));
  }
}
