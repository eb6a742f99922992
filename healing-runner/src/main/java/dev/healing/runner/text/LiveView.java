package dev.healing.runner.text;

import dev.healing.api.Event;
import dev.healing.spi.Listener;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * What {@code run} shows in a terminal: health, metrics, open incidents with what was decided and
 * why, and the last events; drawn once per second and at every event. On a screen of its own, so
 * that the terminal is as before when it ends.
 */
public final class LiveView implements Listener, AutoCloseable {
  private static final int EVENTS = 10;
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

  private final PrintStream out;
  private final Supplier<Screen> screen;
  private final Supplier<JsonNode> status;
  private final Deque<Event> events = new ArrayDeque<>();
  private final ScheduledExecutorService painter =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "healing-view");
            thread.setDaemon(true);
            return thread;
          });

  /** What it is drawn on: how wide and in which colours, and how many rows there are. */
  public record Screen(Style style, int rows) {}

  /**
   * Draws this status on that terminal.
   *
   * @param screen as it is now, asked for each picture
   * @param status the JSON of {@code status}
   */
  public LiveView(PrintStream out, Supplier<Screen> screen, Supplier<JsonNode> status) {
    this.out = out;
    this.screen = screen;
    this.status = status;
  }

  /** Takes the terminal. */
  public void open() {
    out.print(ENTER);
    painter.scheduleWithFixedDelay(this::draw, 0, 1, TimeUnit.SECONDS);
  }

  @Override
  public void on(Event event) {
    synchronized (events) {
      events.addLast(event);
      while (events.size() > EVENTS) {
        events.removeFirst();
      }
    }
    draw();
  }

  /** Whoever ends it does not wait for a status that is long in coming. */
  private void draw() {
    if (!painter.isShutdown()) {
      paint(status.get());
    }
  }

  private synchronized void paint(JsonNode now) {
    if (painter.isShutdown()) {
      return;
    }
    Screen on = screen.get();
    List<String> recent = new ArrayList<>();
    synchronized (events) {
      events.forEach(event -> recent.add(line(event, on.style().width())));
    }
    StringBuilder frame = new StringBuilder("\u001b[H");
    for (String line : frame(now, recent, on.style(), on.rows())) {
      frame.append(line).append("\u001b[K\r\n");
    }
    out.print(frame.append("\u001b[J"));
    out.flush();
  }

  private static String line(Event event, int width) {
    String kind = event.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    String text =
        event.at().toString().substring(11, 19)
            + " "
            + Lines.pad(kind, 20)
            + Lines.clean(event.message());
    return Lines.cut(text, width);
  }

  /** One picture; never higher than the terminal. The newest events stay, at the bottom. */
  static List<String> frame(JsonNode status, List<String> events, Style style, int rows) {
    List<String> lines = new ArrayList<>();
    for (String view : StatusView.status(status, style)) {
      view.lines().forEach(lines::add);
      if (view.isEmpty()) {
        lines.add("");
      }
    }
    if (status.path("issues").isEmpty()) {
      lines.add("");
      lines.add(StatusView.noIssues(status, style));
    }
    int room = Math.max(1, rows - 2 - Math.min(events.size() + 2, rows / 2));
    List<String> picture =
        new ArrayList<>(lines.size() <= room ? lines : BriefView.of(status, style, room));
    picture.add("");
    picture.add(style.dim(events.isEmpty() ? "Ctrl-C ends" : "Last events (Ctrl-C ends)"));
    int newest = Math.max(0, Math.min(events.size(), rows - picture.size() - 1));
    picture.addAll(events.subList(events.size() - newest, events.size()));
    return picture;
  }

  @Override
  public synchronized void close() {
    if (!painter.isShutdown()) {
      painter.shutdownNow();
      out.print(LEAVE);
      out.flush();
    }
  }
}
