package dev.healing.actions.nixos.nix;

import dev.healing.api.HostException;
import dev.healing.spi.StateStore;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast an action was on this host, in units a second. Each run counts twice as much as the one
 * before it. Only ever used to say how long something will take, so damage costs nothing but that.
 */
final class Learned {
  private static final String DOCUMENT = "speed.json";
  private static final Pattern CONTENT =
      Pattern.compile(
          "\\{\"amount\":(\\d{1,15}(?:\\.\\d{1,6})?),\"seconds\":(\\d{1,9}\\.\\d{1,6})\\}");

  private final StateStore state;
  private final double usual;

  /**
   * Reads and keeps it in the action's own state.
   *
   * @param usual units a second, until something is learned
   */
  Learned(StateStore state, double usual) {
    this.state = state;
    this.usual = usual;
  }

  /**
   * A speed.
   *
   * @param perSecond more than zero
   * @param source where it comes from, in words
   */
  record Speed(double perSecond, String source) {
    /** How long so much takes, up to the time that there is: then the next run goes on. */
    Duration duration(double amount, Duration most) {
      double seconds = Math.min(1 + amount / perSecond, most.toSeconds());
      return Duration.ofSeconds(Math.round(seconds));
    }
  }

  private record Sums(double amount, double seconds) {}

  Speed speed() {
    try {
      StateStore.Document document = state.document(DOCUMENT);
      Optional<Sums> sums = document.content().flatMap(Learned::parse);
      if (sums.isPresent()) {
        return new Speed(
            sums.get().amount() / sums.get().seconds(), "as learned from earlier runs");
      }
      return document.content().isEmpty() && document.problem().isEmpty()
          ? new Speed(usual, "a guess: nothing was learned yet")
          : damaged(document.problem().orElse("not as this action writes it"));
    } catch (HostException e) {
      return damaged(String.valueOf(e.getMessage()));
    }
  }

  private Speed damaged(String why) {
    return new Speed(usual, "a guess: " + DOCUMENT + " is damaged: " + why);
  }

  /** Remembers a run; one that did nothing teaches nothing. What went wrong, if it did. */
  Optional<String> learn(double amount, Duration took) {
    double seconds = took.toNanos() / 1e9;
    if (!(amount > 0) || seconds < 0.001) {
      return Optional.empty();
    }
    try {
      Sums before =
          state.document(DOCUMENT).content().flatMap(Learned::parse).orElse(new Sums(0, 0));
      String content =
          String.format(
              Locale.ROOT,
              "{\"amount\":%.3f,\"seconds\":%.6f}",
              before.amount() / 2 + amount,
              before.seconds() / 2 + seconds);
      state.replace(DOCUMENT, content);
      return Optional.empty();
    } catch (HostException e) {
      return Optional.of("how long it took could not be kept: " + e.getMessage());
    }
  }

  private static Optional<Sums> parse(String content) {
    Matcher numbers = CONTENT.matcher(content.strip());
    if (!numbers.matches()) {
      return Optional.empty();
    }
    Sums sums =
        new Sums(Double.parseDouble(numbers.group(1)), Double.parseDouble(numbers.group(2)));
    return sums.amount() > 0 && sums.seconds() > 0 ? Optional.of(sums) : Optional.empty();
  }
}
