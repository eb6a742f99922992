package dev.healing.runner;

import dev.healing.api.Configuration;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code pause [--for D]}. Writes the file itself, so that it works even if the daemon hangs. */
final class PauseVerb implements Verb {
  @Override
  public String name() {
    return "pause";
  }

  @Override
  public String summary() {
    return "The off switch: no action is started until 'resume'.";
  }

  @Override
  public boolean reads() {
    return false;
  }

  @Override
  public void options(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("--for")
            .paramLabel("D")
            .type(String.class)
            .description("Ends by itself after this time, for example 30m or 2h.")
            .build());
  }

  @Override
  public int run(Invocation invocation) {
    Optional<Duration> howLong = invocation.option("--for").map(text -> parsed(invocation, text));
    return SwitchOf.directory(
        invocation,
        offSwitch -> {
          offSwitch.pause(howLong);
          return "paused"
              + howLong.map(d -> " for " + invocation.option("--for").orElse("")).orElse("")
              + ": no action is started; looking goes on. End it with 'healing resume'.";
        });
  }

  private static Duration parsed(Invocation invocation, String text) {
    try {
      Duration duration = Configuration.parseDuration(text);
      if (!duration.isZero()) {
        return duration;
      }
    } catch (IllegalArgumentException e) {
      // Said below, in words for a person.
    }
    throw invocation.wrong("--for is '" + text + "': expected a duration like 30m or 2h");
  }
}
