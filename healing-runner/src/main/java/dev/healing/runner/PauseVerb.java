package dev.healing.runner;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

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
    Options.text(spec, "--for", "D", "Ends by itself after this time, for example 30m or 2h.");
  }

  @Override
  public int run(Invocation invocation) {
    Optional<Duration> howLong = invocation.howLong();
    return SwitchOf.directory(
        invocation,
        offSwitch -> {
          offSwitch.pause(howLong);
          return "paused"
              + howLong.map(d -> " for " + invocation.option("--for").orElse("")).orElse("")
              + ": no action is started; looking goes on. End it with 'healing resume'.";
        });
  }
}
