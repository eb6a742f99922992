package dev.healing.runner.notify;

import dev.healing.api.HostException;
import dev.healing.core.json.JsonText;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Workers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Tells by HTTP, in the form that the other side takes. With the old client of the JDK: the new one
 * keeps a thread and some megabytes for as long as we live, for a message a day. Nothing of an
 * address but its receiver's name is ever said: it may be all that is needed to write there.
 */
final class Webhook implements Channel {
  /** For all of it. For a name, a connection or an answer alone it is half of that. */
  static final Duration MOST = Duration.ofSeconds(20);

  static {
    // Or it keeps connections, and a message that finds one which the other side has left is lost.
    // For the whole process, of which nothing else uses this client; read when it is first used.
    System.setProperty("http.keepAlive", "false");
  }

  private final HostFiles files;
  private final Workers workers;
  private final Optional<String> credentials;
  private final Duration most;

  Webhook(HostFiles files, Workers workers, Optional<String> credentials, Duration most) {
    this.most = most;
    this.files = files;
    this.workers = workers;
    this.credentials = credentials;
  }

  /** What is sent. */
  private record Post(String method, URL url, Map<String, String> headers, byte[] body) {}

  @Override
  public void send(Receiver receiver, Letter letter) throws NotSent {
    Post post = post(receiver, letter);
    AtomicReference<@Nullable HttpURLConnection> open = new AtomicReference<>();
    try {
      Optional<NotSent> failed =
          workers.call("notify-" + receiver.name(), most, () -> exchanged(post, open));
      if (failed.isPresent()) {
        throw failed.get();
      }
    } catch (HostException e) {
      throw new NotSent(
          Thread.currentThread().isInterrupted()
              ? "this process ends"
              : "it took more than " + most.toSeconds() + " s, and was given up");
    } finally {
      HttpURLConnection still = open.get();
      if (still != null) {
        still.disconnect(); // whoever reads from it is woken, and its thread is free again
      }
    }
  }

  private Optional<NotSent> exchanged(
      Post post, AtomicReference<@Nullable HttpURLConnection> open) {
    try {
      exchange(post, open);
      return Optional.empty();
    } catch (NotSent e) {
      return Optional.of(e);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(new NotSent(explained(e)));
    }
  }

  private void exchange(Post post, AtomicReference<@Nullable HttpURLConnection> open)
      throws IOException, NotSent {
    HttpURLConnection connection = (HttpURLConnection) post.url().openConnection();
    open.set(connection);
    connection.setInstanceFollowRedirects(false); // it would show the token to somebody else
    connection.setUseCaches(false);
    connection.setConnectTimeout((int) most.toMillis() / 2);
    connection.setReadTimeout((int) most.toMillis() / 2);
    connection.setRequestMethod(post.method());
    post.headers().forEach(connection::setRequestProperty);
    connection.setRequestProperty("User-Agent", "healing");
    connection.setRequestProperty("Connection", "close");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(post.body().length); // and so it is not sent twice
    try (OutputStream out = connection.getOutputStream()) {
      out.write(post.body());
    }
    int status = connection.getResponseCode();
    if (status >= 300 && status < 400) {
      throw new NotSent(
          "it answered " + status + ", a redirect, which is not followed: write where it leads");
    }
    if (status < 0) {
      throw new NotSent("what it answered is no HTTP");
    }
    if (status < 200 || status >= 300) {
      throw new NotSent("it answered " + status);
    }
  }

  /** In our own words: those of the exception may have the address in them. */
  private static String explained(Exception e) {
    if (e instanceof UnknownHostException) {
      return "the name of its host is not known here";
    }
    if (e instanceof SocketTimeoutException) {
      return "it did not answer in time";
    }
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      return "nobody listens there, or there is no way to get there";
    }
    if (e instanceof SSLException) {
      return "TLS failed: is its certificate valid, and known to this Java?";
    }
    return "the connection failed (" + e.getClass().getSimpleName() + ")";
  }

  private Post post(Receiver receiver, Letter letter) throws NotSent {
    String address = receiver.url().value(files, credentials);
    Map<String, String> headers = new TreeMap<>();
    if (receiver.token().isPresent()) {
      String token = receiver.token().get().value(files, credentials);
      headers.put("Authorization", "Bearer " + token);
    }
    String method = "POST";
    String body;
    headers.put("Content-Type", "application/json");
    switch (receiver.form()) {
      case SLACK -> body = JsonText.line(JsonText.object().put("text", slack(letter)));
      case MATRIX -> {
        method = "PUT"; // a second one of the same name is none
        address += "/send/m.room.message/" + letter.id();
        body =
            JsonText.line(
                JsonText.object()
                    .put("msgtype", "m.text")
                    .put("body", letter.title() + "\n" + letter.text()));
      }
      case NTFY -> {
        headers.put("Content-Type", "text/plain; charset=utf-8");
        headers.put("Title", letter.title().replaceAll("[^ -~]", "?"));
        headers.put("Priority", letter.urgent() ? "5" : "3");
        letter.link().ifPresent(link -> headers.put("Click", link));
        body = letter.text();
      }
      default -> body = JsonText.line(letter.json());
    }
    return new Post(method, url(address), headers, body.getBytes(StandardCharsets.UTF_8));
  }

  private static URL url(String address) throws NotSent {
    try {
      if (NotifySettings.isWebAddress(address)) {
        return new URL(address);
      }
    } catch (MalformedURLException e) {
      // Said below, without it.
    }
    throw new NotSent("its address is none: expected https://HOST/…");
  }

  /** https://api.slack.com/reference/surfaces/formatting#escaping. */
  private static String slack(Letter letter) {
    String text = "*" + letter.title() + "*\n" + letter.text();
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
