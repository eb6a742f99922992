package dev.healing.runner.http;

import dev.healing.api.Event;
import dev.healing.core.EngineJson;
import dev.healing.spi.Listener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Server-sent events: the engine's, as JSON, from the last hundred on. Whoever comes back and says
 * which one was the last goes on behind that.
 */
final class Events implements Listener {
  private static final int REMEMBERED = 100;

  private final String run;
  private final Deque<Numbered> recent = new ArrayDeque<>();
  private final List<Response.Sink> clients = new ArrayList<>();
  private long count;

  private record Numbered(long number, byte[] bytes) {}

  /**
   * Knows none yet.
   *
   * @param run tells the events of this run of the daemon from those of others
   */
  Events(String run) {
    this.run = run;
  }

  @Override
  public synchronized void on(Event event) {
    count++;
    String text = "id: " + run + "-" + count + "\ndata: " + EngineJson.event(event) + "\n\n";
    Numbered numbered = new Numbered(count, text.getBytes(StandardCharsets.UTF_8));
    recent.addLast(numbered);
    if (recent.size() > REMEMBERED) {
      recent.removeFirst();
    }
    clients.removeIf(Response.Sink::closed);
    clients.forEach(client -> client.send(numbered.bytes()));
  }

  Response stream(Optional<String> lastId) {
    long last = lastId.map(this::number).orElse(0L);
    return Response.stream(client -> open(client, last));
  }

  private synchronized void open(Response.Sink client, long last) {
    clients.removeIf(Response.Sink::closed);
    clients.add(client);
    client.send("retry: 2000\n\n".getBytes(StandardCharsets.UTF_8));
    recent.stream().filter(e -> e.number() > last).forEach(e -> client.send(e.bytes()));
  }

  /** 0 if it is none of this run's. */
  private long number(String id) {
    String prefix = run + "-";
    try {
      return id.startsWith(prefix) ? Long.parseLong(id.substring(prefix.length())) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
