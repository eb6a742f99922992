package dev.healing.actions.nixos.services;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.Workers;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks a {@link Probe} of kind tcp or http over the network: the only place of this module that
 * speaks to it, and only to where the operator says.
 */
final class ProbeConnection {
  private static final int LONGEST_LINE = 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})( .*)?");

  private final Probe probe;
  private final String where;

  ProbeConnection(Probe probe) {
    this.probe = probe;
    this.where = probe.what().get(0);
  }

  /**
   * What is wrong; empty if it is healthy. A time limit for each read does not end a server that
   * sends a byte now and then; a socket that is closed at the deadline does.
   */
  Optional<String> complaint(HostContext host) throws IOException {
    AtomicBoolean late = new AtomicBoolean();
    try (Socket socket = new Socket()) {
      Workers.Task deadline =
          host.workers().start("probe deadline", () -> closeLate(host, socket, late));
      try {
        return probe.kind().equals("tcp") ? connect(host, socket) : get(host, socket);
      } catch (IOException e) {
        if (late.get()) {
          return Optional.of(probe + ": no answer within " + Probe.LIMIT.toSeconds() + " s");
        }
        if (socket.isConnected() || unreachable(e)) {
          return Optional.of(probe + ": " + e.getMessage());
        }
        throw e;
      } finally {
        deadline.cancel();
      }
    }
  }

  /** All else, as too many open files or a name that nobody knows, is not for the service. */
  private static boolean unreachable(IOException e) {
    return e instanceof ConnectException || e instanceof NoRouteToHostException;
  }

  private static void closeLate(HostContext host, Socket socket, AtomicBoolean late) {
    try {
      host.workers().sleep(Probe.LIMIT);
      late.set(true);
      socket.close();
    } catch (InterruptedException e) {
      // It was answered in time.
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new HostException("a probe's socket could not be closed: " + e, e);
    }
  }

  private Optional<String> connect(HostContext host, Socket socket) throws IOException {
    int colon = where.lastIndexOf(':');
    int port = Integer.parseInt(where.substring(colon + 1));
    socket.connect(address(host, where.substring(0, colon), port));
    return Optional.empty();
  }

  /** Only the first line of the answer is read: it has the status. */
  private Optional<String> get(HostContext host, Socket plain) throws IOException {
    URI url = URI.create(where);
    boolean secure = url.getScheme().equals("https");
    int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
    plain.connect(address(host, url.getHost(), port));
    Socket socket = secure ? secured(plain, url.getHost(), port) : plain;
    String path = Objects.toString(url.getRawPath(), "");
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    String request =
        "GET "
            + (path.isEmpty() ? "/" : path)
            + query
            + " HTTP/1.1\r\nHost: "
            + url.getHost()
            + (url.getPort() >= 0 ? ":" + port : "")
            + authorization(url)
            + "\r\nUser-Agent: healing\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    String line = firstLine(socket.getInputStream());
    Matcher status = STATUS.matcher(line);
    if (!status.matches()) {
      return Optional.of(probe + ": expected an answer in HTTP, and got '" + shown(line) + "'");
    }
    int code = Integer.parseInt(status.group(1));
    return code >= 200 && code < 400 ? Optional.empty() : Optional.of(probe + ": answered " + code);
  }

  /** Who asks, where the URL says so: as any client would send it (RFC 7617). */
  private static String authorization(URI url) {
    return url.getUserInfo() == null
        ? ""
        : "\r\nAuthorization: Basic "
            + Base64.getEncoder()
                .encodeToString(url.getUserInfo().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whoever resolves names may take longer than there is, and closing the socket does not end it.
   */
  private static InetSocketAddress address(HostContext host, String name, int port) {
    return host.workers()
        .call(
            "the address of " + name,
            Probe.LIMIT,
            () -> new InetSocketAddress(resolved(name), port));
  }

  private static InetAddress resolved(String name) {
    try {
      return InetAddress.getByName(name);
    } catch (UnknownHostException e) {
      throw new HostException("the name " + name + " cannot be resolved: " + e.getMessage(), e);
    }
  }

  private static Socket secured(Socket plain, String name, int port) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket socket = (SSLSocket) factory.createSocket(plain, name, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static String firstLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    while (next >= 0 && next != '\n' && line.length() < LONGEST_LINE) {
      line.append((char) next);
      next = in.read();
    }
    return line.toString().strip();
  }

  private static String shown(String line) {
    String clean = line.replaceAll("[^ -~]", "?");
    return clean.substring(0, Math.min(clean.length(), 40));
  }
}
