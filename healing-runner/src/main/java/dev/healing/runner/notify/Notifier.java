package dev.healing.runner.notify;

import dev.healing.api.Event;
import dev.healing.api.Severity;
import dev.healing.core.json.JsonText;
import dev.healing.spi.HostContext;
import dev.healing.spi.Listener;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;

/**
 * Tells the receivers of the configuration what they want to know. Without any it does nothing, and
 * has no thread; with some it has one for each as long as something waits for it: who does not
 * answer keeps nobody else from being told. Safe for several threads.
 */
public final class Notifier implements Listener, AutoCloseable {
  /** Directory in the state directory. */
  static final String FOLDER = "notify";

  private static final System.Logger LOG = System.getLogger(Notifier.class.getName());
  private static final ZoneId ZONE = ZoneId.systemDefault();
  private static final Duration NAP = Duration.ofSeconds(1);
  private static final String NO_ROOM = "so many wait, and the oldest of the least severity goes";

  private final HostContext host;
  private final Optional<String> credentials;
  private final Links links;
  private volatile NotifySettings settings = NotifySettings.NONE;
  private volatile List<Postman> postmen = List.of();
  private @Nullable Outbox outbox;
  private final Set<Postman> telling = new HashSet<>();
  private boolean closed;

  /**
   * Tells nobody yet.
   *
   * @param host where the outbox is, and through which is told
   * @param credentials the directory in which systemd keeps this process's credentials, if it does
   */
  public Notifier(HostContext host, Optional<String> credentials) {
    this.host = host;
    this.credentials = credentials;
    this.links = new Links(host);
  }

  /** The links that were sent, for whoever opens one. */
  public Links links() {
    return links;
  }

  /** Tells these from now on. What waits for others is dropped. */
  public synchronized void configure(NotifySettings wanted) {
    settings = wanted;
    links.configure(wanted.link(), wanted.linkExpires());
    if (wanted.receivers().isEmpty() && outbox == null) {
      return;
    }
    Outbox box = outbox == null ? outbox() : outbox;
    outbox = box;
    Channels channels = new Channels(host, credentials);
    String name = Channels.hostName(host.files());
    List<Postman> now =
        wanted.receivers().stream()
            .map(receiver -> postman(receiver, channels, box, name))
            .toList();
    List<Note> nobodys = box.ofOthers(wanted.receivers().stream().map(Receiver::name).toList());
    if (!nobodys.isEmpty()) {
      box.drop(nobodys);
      LOG.log(
          System.Logger.Level.WARNING,
          "notify: "
              + nobodys.size()
              + " were dropped, because whom they were for is not configured any more");
    }
    postmen = now;
    wake();
  }

  /** Who is told already goes on being told, once, by the same thread. */
  private Postman postman(Receiver receiver, Channels channels, Outbox box, String name) {
    for (Postman known : postmen) {
      if (known.receiver().name().equals(receiver.name())) {
        known.serve(receiver, name);
        return known;
      }
    }
    return new Postman(receiver, channels, box, name, host.time(), ZONE);
  }

  private Outbox outbox() {
    return new Outbox(new LogFile(host.state().folder(FOLDER), "outbox"));
  }

  @Override
  public void on(Event event) {
    Occasion occasion = Occasion.of(event);
    Severity severity = Note.severityOf(event);
    List<Postman> wanting =
        postmen.stream().filter(p -> p.receiver().wants(occasion, severity)).toList();
    if (wanting.isEmpty()) {
      return;
    }
    Optional<String> link =
        occasion == Occasion.CONFIRMATION || occasion == Occasion.ESCALATED
            ? event.incident().flatMap(incident -> incident.confirmation()).flatMap(links::make)
            : Optional.empty();
    synchronized (this) {
      Outbox box = outbox;
      if (box == null || closed) {
        return;
      }
      for (Postman postman : wanting) {
        box.add(number -> Note.of(number, postman.receiver(), event, link))
            .ifPresent(least -> postman.dropped(1, NO_ROOM));
      }
      wake();
    }
  }

  /** With the lock held. */
  private void wake() {
    for (Postman postman : postmen) {
      if (waits(postman) && telling.add(postman)) {
        host.workers().start("notify", () -> tellAll(postman));
      }
    }
  }

  /** Whether it still has something to tell; one of an earlier configuration has not. */
  private boolean waits(Postman postman) {
    return !closed
        && postmen.contains(postman)
        && outbox != null
        && !outbox.of(postman.receiver().name()).isEmpty();
  }

  private void tellAll(Postman postman) {
    boolean over = false;
    try {
      while (!over) {
        if (!postman.tell()) {
          host.workers().sleep(NAP);
        }
        over = over(postman);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (!over) {
        synchronized (this) {
          telling.remove(postman); // an error ends this thread, and the next event starts another
        }
      }
    }
  }

  private synchronized boolean over(Postman postman) {
    return !waits(postman) && telling.remove(postman);
  }

  /** How each receiver is served: {@code [{receiver, form, waiting, sent, dropped, problem}]}. */
  public ArrayNode json() {
    ArrayNode json = JsonText.array();
    postmen.forEach(postman -> json.add(postman.json()));
    return json;
  }

  /** Tries whether the receivers can be told. See {@link Trial#of}. */
  public ArrayNode test(Optional<String> name) {
    return Trial.of(settings, host, credentials, name);
  }

  /** What waits is kept, and told after the next start. */
  @Override
  public synchronized void close() {
    closed = true;
  }
}
