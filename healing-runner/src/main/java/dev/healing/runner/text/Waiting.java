package dev.healing.runner.text;

import java.io.PrintStream;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Says on a terminal how far something is, in one line that is gone when it ends: from two seconds
 * on, so that what is fast shows nothing.
 */
public final class Waiting implements AutoCloseable {
  private static final int FIRST_SECONDS = 2;
  private static final int LEAST_WORDS = 12;
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream out;
  private final int columns;
  private final Supplier<Optional<Progress>> question;
  private final ScheduledExecutorService painter =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "healing-waiting");
            thread.setDaemon(true);
            return thread;
          });
  private int seconds = FIRST_SECONDS;
  private boolean shown;

  /**
   * How far it is.
   *
   * @param what one line
   * @param fraction done, 0 to 1, if that is known
   * @param expectedMillis how long all of it takes, if that is known
   */
  public record Progress(String what, Optional<Double> fraction, Optional<Long> expectedMillis) {}

  private Waiting(PrintStream out, int columns, Supplier<Optional<Progress>> question) {
    this.out = out;
    this.columns = columns;
    this.question = question;
  }

  /**
   * Shows it until it is closed.
   *
   * @param columns of the terminal on which somebody sees it; if there is none, nothing is shown or
   *     asked
   * @param question how far it is; what it throws is not shown
   */
  public static Waiting on(
      PrintStream out, OptionalInt columns, Supplier<Optional<Progress>> question) {
    Waiting waiting = new Waiting(out, columns.orElse(0), question);
    if (columns.isPresent()) {
      waiting.painter.scheduleAtFixedRate(waiting::draw, FIRST_SECONDS, 1, TimeUnit.SECONDS);
    }
    return waiting;
  }

  private void draw() {
    Optional<Progress> progress;
    try {
      progress = question.get();
    } catch (RuntimeException e) { // whoever waits is told by what it waits for
      progress = Optional.empty();
    }
    synchronized (this) {
      if (!painter.isShutdown()) {
        out.print(CLEAR + line(progress, seconds, columns));
        out.flush();
        shown = true;
      }
    }
    seconds++;
  }

  /** Never wider than the terminal, which would break it, and only the last part would go again. */
  static String line(Optional<Progress> progress, int seconds, int columns) {
    String so = ": " + Lines.millis(seconds * 1000L);
    String left = progress.flatMap(p -> left(p, seconds)).map(text -> ", " + text).orElse("");
    int room = columns - 1 - so.length();
    if (room - left.length() < LEAST_WORDS) {
      left = "";
    }
    String what = progress.map(Progress::what).orElse("under way");
    return Lines.cut(what, room - left.length()) + so + left;
  }

  private static Optional<String> left(Progress progress, int seconds) {
    long gone = seconds * 1000L;
    Optional<Long> expected =
        progress
            .fraction()
            .filter(fraction -> fraction > 0.01)
            .map(fraction -> Math.round(gone / fraction))
            .or(progress::expectedMillis);
    return expected.map(
        all ->
            all > gone
                ? "about " + Lines.millis((all - gone + 999) / 1000 * 1000) + " left"
                : "longer than the " + Lines.millis(all) + " that were expected");
  }

  @Override
  public synchronized void close() {
    painter.shutdownNow();
    if (shown) {
      out.print(CLEAR);
      out.flush();
    }
  }
}
