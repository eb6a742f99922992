package dev.healing.actions.nixos;

import dev.healing.api.Configuration;
import dev.healing.api.HealingException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How to see that a service does its work. Exactly one of {@code command: [program, argument…]}
 * (exit code 0), {@code tcp: host:port} (accepts), {@code http: URL} (answers below 400). The only
 * place of this module that speaks to the network, and only to where the operator says.
 */
record Probe(String kind, List<String> what) {
  private static final int MILLIS = 2_000;

  /** Reads the probe of this unit, noting what is wrong with it. */
  static Optional<Probe> read(Configuration probes, String unit) {
    Configuration section = probes.section(unit);
    List<String> command = section.texts("command", List.of());
    String tcp = section.text("tcp", "");
    String http = section.text("http", "");
    int written = (command.isEmpty() ? 0 : 1) + (tcp.isEmpty() ? 0 : 1) + (http.isEmpty() ? 0 : 1);
    if (written != 1) {
      probes.contradiction(unit, "exactly one of command, tcp, http");
    } else if (!tcp.isEmpty() && !tcp.matches(".+:\\d{1,5}")) {
      section.contradiction("tcp", "host:port");
    } else if (!http.isEmpty() && !http.matches("https?://\\S+")) {
      section.contradiction("http", "a URL that begins with http:// or https://");
    } else if (!command.isEmpty()) {
      return Optional.of(new Probe("command", command));
    } else {
      return Optional.of(new Probe(tcp.isEmpty() ? "http" : "tcp", List.of(tcp + http)));
    }
    return Optional.empty();
  }

  /** What is wrong; empty if the service is healthy. */
  Optional<String> complaint(CommandRunner commands) {
    try {
      switch (kind) {
        case "command":
          CommandRunner.Result result =
              commands.run(new Command(what, Duration.ofMillis(MILLIS), 1 << 16));
          return result.ok() ? Optional.empty() : Optional.of(this + ": " + result.complaint());
        case "tcp":
          return connect();
        default:
          return get();
      }
    } catch (IOException | HealingException | IllegalArgumentException e) {
      return Optional.of(this + ": " + e.getMessage());
    }
  }

  private Optional<String> connect() throws IOException {
    int colon = what.get(0).lastIndexOf(':');
    int port = Integer.parseInt(what.get(0).substring(colon + 1));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(what.get(0).substring(0, colon), port), MILLIS);
      return Optional.empty();
    }
  }

  private Optional<String> get() throws IOException {
    HttpURLConnection http =
        (HttpURLConnection) URI.create(what.get(0)).toURL().openConnection(Proxy.NO_PROXY);
    http.setConnectTimeout(MILLIS);
    http.setReadTimeout(MILLIS);
    http.setInstanceFollowRedirects(false);
    try {
      int status = http.getResponseCode();
      return status >= 200 && status < 400
          ? Optional.empty()
          : Optional.of(this + ": answered " + status);
    } finally {
      http.disconnect();
    }
  }

  @Override
  public String toString() {
    return kind + " " + String.join(" ", what);
  }
}
