package dev.healing.learning;

import dev.healing.api.HealingException;
import java.io.StringReader;
import java.time.Instant;
import java.util.List;

/** A document that is to be learned from: as a whole, or not at all. */
final class Adoption {
  /** Characters of where it comes from. */
  private static final int MOST_FROM = 200;

  private final Elsewhere elsewhere;
  private final String from;
  private final String digest;
  private final Instant now;

  private Adoption(Elsewhere elsewhere, String from, String digest, Instant now) {
    this.elsewhere = elsewhere;
    this.from = from;
    this.digest = digest;
    this.now = now;
  }

  /**
   * Reads it.
   *
   * @throws HealingException if it is nothing that can be learned from
   */
  static Adoption of(String document, String from, Instant now) {
    String shortened = from.substring(0, Math.min(MOST_FROM, from.length()));
    try {
      Elsewhere elsewhere = Elsewhere.read(() -> new StringReader(document), shortened, now);
      return new Adoption(elsewhere, shortened, KnowledgeJson.digest(document), now);
    } catch (KnowledgeJson.BadKnowledgeException e) {
      throw new HealingException(
          shortened + " is no knowledge that can be imported: " + e.getMessage());
    }
  }

  /**
   * A copy takes many times the room of the file, and who has no more memory ends.
   *
   * @param bytes of the file of what is known here
   */
  void requireRoomForACopy(long bytes) {
    long memory = Runtime.getRuntime().maxMemory();
    if (bytes > memory / 16) {
      throw new HealingException(
          from
              + " is not imported: what is known here ("
              + (bytes >> 20)
              + " MiB) would have to be copied, for which this process has too little memory ("
              + (memory >> 20)
              + " MiB): stop the daemon, import, and start it again");
    }
  }

  /**
   * What is known, and that.
   *
   * @param known a copy; good for nothing afterwards
   * @throws HealingException if both together cannot be, or that was learned from before
   */
  Ledger onTopOf(Ledger known) {
    try {
      known.adopt(elsewhere, from, digest, now);
      return known.copy(); // refuses what could not be written and read again
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new HealingException(
          from
              + " cannot be imported on top of what is known: "
              + e.getMessage()
              + ". Nothing is imported.",
          e);
    }
  }

  /** What is taken, and what is not, one line each. */
  List<String> told() {
    return elsewhere.told();
  }
}
