package dev.healing.runner.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Severity;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.ChildJava;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that puts notes into an outbox in a real directory is killed where it stands. {@code
 * -Dhealing.nightly=true}: 200 times.
 */
class OutboxKilledTest {
  private static final int KILLS = Boolean.getBoolean("healing.nightly") ? 200 : 1;

  @TempDir Path directory;

  private static Outbox outbox(LinuxHost host) {
    return new Outbox(new LogFile(host.state().folder(Notifier.FOLDER), "outbox"));
  }

  @Test
  void nothingThatWasPutInIsLost() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = killed(random);
      try (LinuxHost host = LinuxHost.open(directory)) {
        Outbox outbox = outbox(host);
        List<Note> waiting = outbox.of("one");
        assertThat(waiting).as("seed %d", seed).isNotEmpty();
        assertThat(waiting.get(waiting.size() - 1).number())
            .as("the newest, seed %d", seed)
            .isBetween(acknowledged, acknowledged + 1);
        assertThat(waiting.get(0).number() + waiting.size() - 1)
            .as("without a gap, seed %d", seed)
            .isEqualTo(waiting.get(waiting.size() - 1).number());
      }
    }
  }

  /** Has it put notes in for a while, kills it, and gives the number that it acknowledged last. */
  private long killed(Random random) throws IOException, InterruptedException {
    Process process = ChildJava.start(Writer.class, directory);
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      long acknowledged = 0;
      String line = null;
      for (int notes = 1 + random.nextInt(3000); notes > 0; notes--) {
        line = out.readLine();
        assertThat(line).as("what the process says").isNotNull();
      }
      LockSupport.parkNanos(random.nextInt(5_000_000));
      process.toHandle().destroyForcibly();
      for (; line != null; line = out.readLine()) {
        acknowledged = line.endsWith(".") ? Long.parseLong(line.replace(".", "")) : acknowledged;
      }
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return acknowledged;
    }
  }

  /** Puts notes in until it is killed, has some told now and then, and says how far it is. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      try (LinuxHost host = LinuxHost.open(Path.of(arguments[0]))) {
        Outbox outbox = outbox(host);
        while (true) {
          long[] put = new long[1];
          Optional<Note> unused =
              outbox.add(
                  number -> {
                    put[0] = number;
                    return note(number);
                  });
          System.out.println(put[0] + ".");
          List<Note> waiting = outbox.of("one");
          if (waiting.size() > 60) {
            outbox.told("one", waiting.subList(0, 50));
          }
        }
      }
    }

    private static Note note(long number) {
      return new Note(
          number,
          "one",
          Instant.now(),
          Occasion.WORSE,
          Severity.HIGH,
          "x".repeat((int) (number % 300)),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
  }
}
