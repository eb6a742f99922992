package dev.healing.core.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Whatever is done to the files: the rest is read, and nothing that was never measured. With {@code
 * -Dhealing.nightly=true} a hundred times as much is done.
 */
class HistoryProperties {
  private static final int TRIES = Boolean.getBoolean("healing.nightly") ? 200_000 : 1_500;
  private static final Duration STEP = Duration.ofSeconds(30);
  private static final Metric[] METRICS = {
    Recorded.CPU, Recorded.DISK, Metric.of("app.queue.count", "mail")
  };
  private static final Map<String, byte[]> FILES = new TreeMap<>();
  private static final Instant END;
  private static final Map<Metric, Map<Instant, Double>> WHOLE = new TreeMap<>();

  static {
    Recorded recorded = new Recorded();
    recorded.run(Duration.ofHours(30), STEP, s -> s / 60 % 1_000, METRICS);
    recorded.run(Duration.ofMinutes(3), Duration.ofSeconds(1), s -> s / 60 % 1_000, METRICS);
    recorded.writer().close();
    END = recorded.now();
    recorded.folder().sizes().keySet().forEach(f -> FILES.put(f, recorded.folder().content(f)));
    for (Metric metric : METRICS) {
      WHOLE.put(metric, read(recorded.history(), metric));
    }
  }

  private static Map<Instant, Double> read(History history, Metric metric) {
    Map<Instant, Double> values = new TreeMap<>();
    Points points = history.points(metric, Recorded.START, END, STEP);
    for (int i = 0; i < points.size(); i++) {
      values.put(points.at(i), points.average(i));
    }
    return values;
  }

  private static Recorded damaged(String file, byte[] content) {
    Recorded recorded = new Recorded();
    FILES.forEach(recorded.folder()::put);
    recorded.folder().put(file, content);
    recorded.pass(Duration.between(recorded.now(), END));
    return recorded;
  }

  private static String anyFile(Random random) {
    List<String> names = List.copyOf(FILES.keySet());
    return names.get(random.nextInt(names.size()));
  }

  private static byte[] mutated(byte[] content, Random random) {
    byte[] bytes = content.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        return bytes;
      }
      case 1 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      case 2 -> {
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + 1 + random.nextInt(600));
        for (int i = from; i < to; i++) {
          bytes[i] = (byte) random.nextInt();
        }
        return bytes;
      }
      default -> {
        int at = random.nextInt(bytes.length);
        int more = 1 + random.nextInt(100);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + more);
        System.arraycopy(bytes, at, longer, at + more, bytes.length - at);
        return longer;
      }
    }
  }

  @Property(tries = 1, shrinking = ShrinkingMode.OFF)
  void damageIsReadAroundAndNothingIsMadeUp(@ForAll long seed) {
    Random random = new Random(seed);
    int whole = 0;
    for (int i = 0; i < TRIES; i++) {
      String file = anyFile(random);
      Recorded recorded = damaged(file, mutated(FILES.get(file), random));
      Metric metric = METRICS[random.nextInt(METRICS.length)];
      Map<Instant, Double> read = read(recorded.history(), metric);
      assertThat(WHOLE.get(metric).entrySet().containsAll(read.entrySet()))
          .as("seed %d, try %d, %s", seed, i, file)
          .isTrue();
      // One file is one day at most, and what is damaged there is in another tier.
      assertThat(read.size()).isGreaterThan(WHOLE.get(metric).size() / 2);
      whole += read.equals(WHOLE.get(metric)) ? 1 : 0;
      recorded.history().series();
    }
    assertThat(whole).isGreaterThan(TRIES / 3);
  }

  /** One byte of one file: one series of an hour or a day, or a minute of all. */
  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void oneWrongByteCostsOneBlock(@ForAll long seed) {
    Random random = new Random(seed);
    String file = anyFile(random);
    byte[] bytes = FILES.get(file).clone();
    bytes[random.nextInt(bytes.length)] ^= 0x10;
    Recorded recorded = damaged(file, bytes);
    int losers = 0;
    for (Metric metric : METRICS) {
      int lost = WHOLE.get(metric).size() - read(recorded.history(), metric).size();
      losers += lost > 0 ? 1 : 0;
      assertThat(lost).as("seed %d, %s", seed, file).isLessThanOrEqualTo(most(file));
    }
    assertThat(losers).isLessThanOrEqualTo(file.startsWith("log") ? 3 : 1);
  }

  /** Of a minute, an hour, or a day; what the seconds do not have of a day is in minutes. */
  private static int most(String file) {
    return file.startsWith("log") ? 2 : file.startsWith("1s") ? 120 : 6 * 60;
  }

  /** The writer finds the same damage, and goes on. */
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void writingGoesOnOnDamagedFiles(@ForAll long seed) {
    Random random = new Random(seed);
    String file = anyFile(random);
    Recorded recorded = damaged(file, mutated(FILES.get(file), random));
    recorded.run(Duration.ofMinutes(90), STEP, s -> s / 60 % 1_000, METRICS);
    recorded.writer().close();
    Instant end = recorded.now();
    Points points = recorded.history().points(Recorded.CPU, END, end, STEP);
    assertThat(points.size()).as("seed %d, %s", seed, file).isEqualTo(180);
  }
}
