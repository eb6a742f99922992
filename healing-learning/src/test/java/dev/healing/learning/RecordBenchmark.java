package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.util.List;
import java.util.Locale;

/** Run by hand: what a record and a look-up cost with few and with many problems, without fsync. */
final class RecordBenchmark {
  private RecordBenchmark() {}

  public static void main(String[] arguments) {
    for (int round = 0; round < 2; round++) {
      for (int problems : new int[] {10, 10_000, 100_000}) {
        measure(problems);
      }
    }
  }

  private static void measure(int problems) {
    MemoryStore store = new MemoryStore();
    JsonKnowledgeBase base = open(store);
    for (int i = 0; i < problems; i++) {
      base.record(List.of(receipt(i)));
    }
    base.close();
    int records = 300_000;
    long slowest = 0;
    long start = System.nanoTime();
    for (int i = 0; i < records; i++) {
      long before = System.nanoTime();
      base.record(List.of(receipt(i * 31 % problems)));
      slowest = Math.max(slowest, System.nanoTime() - before);
    }
    double recordMicros = (System.nanoTime() - start) / 1e3 / records;
    Fingerprint known = receipt(problems / 2).fingerprint();
    start = System.nanoTime();
    double sum = 0;
    for (int i = 0; i < records; i++) {
      sum += base.confidence(known, ActionId.CLEAN_DISK).value();
    }
    double lookUpMicros = (System.nanoTime() - start) / 1e3 / records;
    base.close();
    start = System.nanoTime();
    open(store).confidence(known, ActionId.CLEAN_DISK);
    double loadMillis = (System.nanoTime() - start) / 1e6;
    System.out.printf(
        Locale.ROOT,
        "%,7d problems: record %.2f us (folding included; slowest %.1f ms), look-up %.2f us,"
            + " load %.0f ms, file %,d kB (mean confidence %.2f)%n",
        problems,
        recordMicros,
        slowest / 1e6,
        lookUpMicros,
        loadMillis,
        base.export().length() / 1024,
        sum / records);
  }

  private static JsonKnowledgeBase open(MemoryStore store) {
    return new JsonKnowledgeBase(store, Samples.TIME, 1_000_000, JsonKnowledgeBase.LEAST_LINES);
  }

  private static Receipt receipt(int problem) {
    return Samples.receipt("/mnt/" + problem, ActionId.CLEAN_DISK, Outcome.HEALED);
  }
}
