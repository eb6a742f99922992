package dev.healing.actions.nixos.services;

import dev.healing.api.Configuration;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How to see that a service does its work. Exactly one of {@code command: [program, argument…]}
 * (exit code 0), {@code tcp: host:port} (accepts), {@code http: URL} (answers below 400), {@code
 * file: /path} (changed within {@code younger-than}), {@code dbus: name} (somebody owns it on the
 * system bus).
 */
record Probe(String kind, List<String> what, Duration youngerThan) {
  /** How long one question may take. */
  static final Duration LIMIT = Duration.ofSeconds(2);

  /** Stands for one that was not understood, where that has been noted. */
  static final Probe NONE = new Probe("tcp", List.of("nowhere:0"), Duration.ZERO);

  private static final int MOST_PORT = 65_535;

  /** What a shell or env says of a program that it cannot find or may not run. */
  private static final Set<Integer> NOT_RUN = Set.of(126, 127);

  /** Files at which the kernel holds a thread of ours, whoever sent it. */
  private static final Set<String> HOLDING = ConcurrentHashMap.newKeySet();

  private static final Pattern BUS_NAME =
      Pattern.compile("[A-Za-z_-][A-Za-z0-9_-]*(\\.[A-Za-z_-][A-Za-z0-9_-]*)+");

  /** Reads the probe under this key, noting what is wrong with it. */
  static Optional<Probe> read(Configuration probes, String key) {
    Configuration section = probes.section(key);
    List<String> command = section.texts("command", List.of());
    String tcp = section.text("tcp", "");
    String http = section.text("http", "");
    String file = section.text("file", "");
    String dbus = section.text("dbus", "");
    Duration youngerThan = section.duration("younger-than", Duration.ofMinutes(1));
    long written =
        Stream.of(tcp, http, file, dbus).filter(text -> !text.isEmpty()).count()
            + (command.isEmpty() ? 0 : 1);
    if (written != 1) {
      probes.contradiction(key, "exactly one of command, tcp, http, file, dbus");
    } else if (section.has("younger-than") && file.isEmpty()) {
      section.contradiction("younger-than", "a file whose age it is");
    } else if (!file.isEmpty() && !file.startsWith("/")) {
      section.contradiction("file", "an absolute path");
    } else if (!dbus.isEmpty() && !BUS_NAME.matcher(dbus).matches()) {
      section.contradiction("dbus", "a name like org.example.Service");
    } else if (!tcp.isEmpty() && !isAddress(tcp)) {
      section.contradiction("tcp", "host:port, with a port from 1 to 65535");
    } else if (!http.isEmpty() && !isUrl(http)) {
      section.contradiction("http", "a URL like http://127.0.0.1:8080/health");
    } else if (!command.isEmpty()) {
      return Optional.of(new Probe("command", command, youngerThan));
    } else {
      String kind =
          !tcp.isEmpty() ? "tcp" : !http.isEmpty() ? "http" : !file.isEmpty() ? "file" : "dbus";
      return Optional.of(new Probe(kind, List.of(tcp + http + file + dbus), youngerThan));
    }
    return Optional.empty();
  }

  /**
   * What is wrong; empty if it is healthy. Asked for {@link #LIMIT} and no longer. That nobody
   * answers is wrong; that nobody could be asked is not known to be.
   *
   * @throws HostException if it could not be asked: no such program, no right to, an unknown name
   */
  Optional<String> complaint(HostContext host) {
    try {
      return switch (kind) {
        case "command" -> ended(host);
        case "file" -> aged(host);
        case "dbus" -> owned(host);
        default -> new ProbeConnection(this).complaint(host);
      };
    } catch (HealingException e) {
      throw unasked(String.valueOf(e.getMessage()), e);
    } catch (IOException | IllegalArgumentException e) {
      throw unasked(String.valueOf(e), e);
    }
  }

  private HostException unasked(String why, Exception e) {
    return new HostException(this + " could not be asked: " + why, e);
  }

  private Optional<String> ended(HostContext host) {
    CommandRunner.Result result = host.commands().run(new Command(what, LIMIT, 1 << 16).asApart());
    if (NOT_RUN.contains(result.exitCode()) && !result.timedOut()) {
      throw new HostException(result.complaint());
    }
    return result.ok() ? Optional.empty() : Optional.of(this + ": " + result.complaint());
  }

  /** A file from the future, after the clock was set back, is young. */
  private Optional<String> aged(HostContext host) {
    Optional<Instant> changed = changed(host, what.get(0));
    if (changed.isEmpty()) {
      return Optional.of(this + ": it is not there");
    }
    Duration age = Duration.between(changed.orElseThrow(), host.time().now());
    return age.compareTo(youngerThan) <= 0
        ? Optional.empty()
        : Optional.of(
            this
                + ": last changed "
                + age.toSeconds()
                + " s ago, expected at most "
                + youngerThan.toSeconds()
                + " s");
  }

  /**
   * When the file was last changed, unless it is not there. On a mount whose server is gone the
   * kernel lets nobody go who asks: so that is done on a thread of its own, and as long as one is
   * held there nobody is sent after it.
   */
  private static Optional<Instant> changed(HostContext host, String file) {
    if (HOLDING.contains(file)) {
      throw new HostException("who asked before has not come back: its mount does not answer");
    }
    AtomicBoolean begun = new AtomicBoolean();
    AtomicBoolean back = new AtomicBoolean();
    Supplier<Optional<Instant>> question =
        () -> {
          begun.set(true);
          try {
            return Optional.of(Files.getLastModifiedTime(host.files().path(file)).toInstant());
          } catch (NoSuchFileException e) {
            return Optional.empty();
          } catch (IOException e) {
            throw new HostException(String.valueOf(e), e);
          } finally {
            back.set(true);
            HOLDING.remove(file);
          }
        };
    try {
      return host.workers().call("look at " + file, LIMIT, question);
    } finally {
      if (begun.get() && !back.get()) {
        HOLDING.add(file);
      }
      if (back.get()) {
        HOLDING.remove(file); // it came back at this very moment
      }
    }
  }

  /** Asks the bus itself, which starts nothing. */
  private Optional<String> owned(HostContext host) {
    CommandRunner.Result result =
        host.commands()
            .run(
                Command.of(
                    LIMIT,
                    "busctl",
                    "--system",
                    "call",
                    "org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                    "org.freedesktop.DBus",
                    "NameHasOwner",
                    "s",
                    what.get(0)));
    if (!result.ok()) {
      throw new HostException(result.complaint());
    }
    return result.stdout().strip().equals("b true")
        ? Optional.empty()
        : Optional.of(this + ": nobody owns that name");
  }

  private static boolean isAddress(String text) {
    return text.matches(".+:\\d{1,5}") && isPort(text.substring(text.lastIndexOf(':') + 1));
  }

  private static boolean isPort(String digits) {
    int port = Integer.parseInt(digits);
    return port >= 1 && port <= MOST_PORT;
  }

  private static boolean isUrl(String text) {
    try {
      URI url = new URI(text);
      int port = url.getPort(); // -1 if none is written
      return text.matches("https?://.+") && url.getHost() != null && port != 0 && port <= MOST_PORT;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Without arguments and queries: they may hold what is not for everybody to read. */
  @Override
  public String toString() {
    String shown = what.get(0);
    if (kind.equals("http")) {
      shown = shown.replaceFirst("[?#].*", "").replaceFirst("//[^/@]*@", "//");
    }
    return kind + " " + shown;
  }
}
