package dev.healing.runner.http;

import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Answers that are as good as new: however many ask the same, the engine is asked five times a
 * second at most. Safe for several threads.
 */
final class Fresh {
  private static final long GOOD_NANOS = Duration.ofMillis(200).toNanos();
  private static final int MOST = 16;

  private final TimeSource time;
  private final Map<String, Kept> answers =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MOST;
        }
      };

  private record Kept(long atNanos, CompletionStage<Response> answer) {}

  Fresh(TimeSource time) {
    this.time = time;
  }

  CompletionStage<Response> get(String question, Supplier<CompletionStage<Response>> ask) {
    long now = time.monotonicNanos();
    synchronized (answers) {
      Kept kept = answers.get(question);
      if (kept != null && now - kept.atNanos() < GOOD_NANOS) {
        return kept.answer();
      }
    }
    CompletionStage<Response> answer = ask.get();
    synchronized (answers) {
      answers.put(question, new Kept(now, answer));
    }
    return answer;
  }
}
