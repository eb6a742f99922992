package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.IssueType;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import dev.healing.spi.KnowledgeBase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that learns, with state in a real directory, is killed where it stands; then what it
 * has learned is read. {@code -Dhealing.nightly=true}: 500 times.
 */
class KnowledgeKilledTest {
  private static final int KILLS = Boolean.getBoolean("healing.nightly") ? 500 : 2;
  private static final int BATCH = 60;

  /** So many lines are written with one fsync each, at most, beyond what was acknowledged last. */
  private static final int UNDER_WAY = BATCH + 1;

  @TempDir Path directory;

  @Test
  void nothingAcknowledgedIsLostAndNothingUnreadable() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long known = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      long acknowledged = Math.max(known, killed(random));
      try (LinuxHost host = LinuxHost.open(directory);
          KnowledgeBase base = new JsonKnowledgeBaseProvider().create(host)) {
        long read = JsonText.read(base.export()).path("folded").asLong();
        assertThat(base.problems()).as("kill %d, seed %d", kill, seed).isEmpty();
        assertThat(read)
            .as("kill %d, seed %d", kill, seed)
            .isBetween(acknowledged, acknowledged + UNDER_WAY);
        known = read;
      }
    }
    assertThat(known).isPositive();
  }

  /** Has it learn for a while, kills it, and gives the number that it acknowledged last. */
  private long killed(Random random) throws IOException, InterruptedException {
    Process learning = ChildJava.start(Learner.class, directory);
    try (BufferedReader out = learning.inputReader(StandardCharsets.UTF_8)) {
      int batches = 1 + random.nextInt(30); // the journal is folded after 17
      String line = null;
      for (int batch = 0; batch < batches; batch++) {
        line = out.readLine();
        assertThat(line).as("what the process that learns says").isNotNull();
      }
      LockSupport.parkNanos(random.nextInt(5_000_000));
      learning.toHandle().destroyForcibly(); // of the process it would close what it has said
      long acknowledged = 0;
      for (; line != null; line = out.readLine()) {
        acknowledged = line.endsWith(".") ? Long.parseLong(line.replace(".", "")) : acknowledged;
      }
      assertThat(learning.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return acknowledged;
    }
  }

  /** Learns until it is killed, and says after each batch how many outcomes are safe. */
  static final class Learner {
    private Learner() {}

    public static void main(String[] arguments) {
      try (LinuxHost host = LinuxHost.open(Path.of(arguments[0]));
          KnowledgeBase base = new JsonKnowledgeBaseProvider().create(host)) {
        long number = JsonText.read(base.export()).path("folded").asLong();
        while (true) {
          List<Receipt> receipts = new ArrayList<>();
          for (int i = 0; i < BATCH; i++) {
            receipts.add(receipt(number + i));
          }
          base.record(receipts);
          number += BATCH;
          System.out.println(number + ".");
          base.recovered(List.of(recovery(number)));
          number++;
          System.out.println(number + ".");
        }
      }
    }

    private static Instant at(long number) {
      return Instant.EPOCH.plusSeconds(60 * number);
    }

    private static Recovery recovery(long number) {
      Duration took = Duration.ofSeconds(number % 50);
      return new Recovery(receipt(number).fingerprint(), at(number), at(number).plus(took), took);
    }

    private static Receipt receipt(long number) {
      return new Receipt(
          "r" + number,
          "i" + number,
          IssueType.DISK_FULL,
          new TreeSet<>(List.of("/mnt/" + number % 300)),
          ActionId.CLEAN_DISK,
          "/mnt",
          Origin.AUTOMATIC,
          number % 3 == 0 ? Outcome.UNCHANGED : Outcome.HEALED,
          at(number),
          Optional.of(at(number).plusSeconds(2)),
          at(number).plusSeconds(3),
          new TreeMap<>(),
          new TreeMap<>(),
          0.5,
          List.of("try"),
          List.of(),
          new TreeMap<>(),
          List.of(),
          "");
    }
  }
}
