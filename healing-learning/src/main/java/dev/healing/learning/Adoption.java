package dev.healing.learning;

import dev.healing.api.HealingException;
import java.io.StringReader;
import java.time.Instant;

/**
 * A document that is to be learned from: as a whole, or not at all.
 *
 * @param elsewhere what is in it
 * @param from where it comes from, for people
 * @param digest of its text
 * @param at when it is learned from
 */
record Adoption(Elsewhere elsewhere, String from, String digest, Instant at) {
  /** Characters of where it comes from. */
  private static final int MOST_FROM = 200;

  /**
   * Reads it.
   *
   * @throws HealingException if it is nothing that can be learned from
   */
  static Adoption of(String document, String from, Instant now) {
    String name = shortened(from);
    try {
      Elsewhere elsewhere = Elsewhere.read(() -> new StringReader(document), name, now);
      return new Adoption(elsewhere, name, KnowledgeJson.digest(document), now);
    } catch (KnowledgeJson.BadKnowledgeException e) {
      throw new HealingException(name + " is no knowledge that can be imported: " + e.getMessage());
    }
  }

  static String shortened(String from) {
    return from.substring(0, Math.min(MOST_FROM, from.length()));
  }
}
