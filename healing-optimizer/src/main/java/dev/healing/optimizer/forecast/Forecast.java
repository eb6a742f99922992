package dev.healing.optimizer.forecast;

import java.time.Instant;
import java.util.Optional;

/**
 * When a series will reach its limit.
 *
 * @param probability that it does within the horizon that was asked for, 0 to 1
 * @param reaches whether that is to be believed: what should be acted on, or told
 * @param time when, if it does, be it beyond the horizon; empty where nothing says that it will
 * @param silence why nothing is said
 */
public record Forecast(
    double probability, boolean reaches, Optional<Time> time, Optional<Silence> silence) {
  /** Why nothing is said. */
  public enum Silence {
    /** Too little was seen. */
    NEW("it has been measured for less than three and a half hours"),
    /** What was seen last is old. */
    OLD("it was not measured for more than six hours"),
    /** It was said lately, and did not come true. */
    WRONG("what was said of it within the last week did not come true");

    private final String words;

    Silence(String words) {
      this.words = words;
    }

    /** For a person. */
    public String words() {
      return words;
    }
  }

  static Forecast silent(double probability, Silence why) {
    return new Forecast(probability, false, Optional.empty(), Optional.of(why));
  }

  /**
   * When it will be.
   *
   * @param lower before this in one case of ten
   * @param at as likely before as after it
   * @param upper after this in one case of ten
   */
  public record Time(Instant lower, Instant at, Instant upper) {}
}
