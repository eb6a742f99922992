package dev.healing.runner.http;

import dev.healing.api.Configuration;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where it listens, and for whom.
 *
 * @param address on the loopback interface
 * @param hosts names in lower case under which it may be asked, besides those of that interface
 */
public record HttpSettings(InetSocketAddress address, List<String> hosts) {
  /** What is expected of an address, in words. */
  public static final String EXPECTED =
      "127.0.0.1:PORT, [::1]:PORT or localhost:PORT. Others are refused, since what is said there"
          + " is not encrypted: to reach it from elsewhere, let 'ssh -L PORT:127.0.0.1:PORT HOST'"
          + " or a reverse proxy with TLS listen for it";

  private static final Pattern ADDRESS =
      Pattern.compile(
          "(?<host>127(?:\\.(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}"
              + "|\\[::1]|localhost):(?<port>[0-9]{1,5})");
  private static final Pattern HOST =
      Pattern.compile("(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62}\\.?)*");

  /** Copies. */
  public HttpSettings {
    hosts = List.copyOf(new TreeSet<>(hosts));
  }

  /**
   * What the section {@code http} says; empty if it is not to listen. Problems are noted there.
   *
   * @param typed the address that was given on the command line, which counts before the section's
   */
  public static Optional<HttpSettings> read(
      Configuration configuration, Optional<InetSocketAddress> typed) {
    Configuration http = configuration.section("http");
    String listen = http.text("listen", "");
    Optional<InetSocketAddress> written = parse(listen);
    if (!listen.isEmpty() && written.isEmpty()) {
      http.contradiction("listen", EXPECTED);
    }
    List<String> hosts = hosts(configuration);
    if (!hosts.stream().allMatch(host -> HOST.matcher(host).matches())) {
      http.contradiction("hosts", "names of hosts, without port, like healing.example.org");
    }
    boolean on = http.enabled();
    return typed
        .or(() -> on ? written : Optional.empty())
        .map(address -> new HttpSettings(address, hosts));
  }

  /** The names in lower case that {@code http.hosts} has. */
  public static List<String> hosts(Configuration configuration) {
    return configuration.section("http").texts("hosts", List.of()).stream()
        .map(host -> host.toLowerCase(Locale.ROOT))
        .toList();
  }

  /**
   * An address of the loopback interface.
   *
   * @return empty if it is none
   */
  public static Optional<InetSocketAddress> parse(String text) {
    Matcher address = ADDRESS.matcher(text);
    if (!address.matches() || Integer.parseInt(address.group("port")) > 65_535) {
      return Optional.empty();
    }
    String host = address.group("host").replace("localhost", "127.0.0.1");
    return Optional.of(new InetSocketAddress(host, Integer.parseInt(address.group("port"))));
  }
}
