package dev.healing.runner.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.healing.core.json.JsonText;
import dev.healing.runner.control.ControlClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What hostile clients do to a daemon: {@code SlowClients PORT STATE-DIRECTORY PID CLIENTS
 * SECONDS}. A quarter each sends a head byte by byte, says nothing, asks for what is large and does
 * not read it, and asks as fast as it is answered; who is hung up on comes again.
 */
final class SlowClients {
  private static final String ASK = "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private final int port;
  private final long endNanos;

  private SlowClients(int port, long endNanos) {
    this.port = port;
    this.endNanos = endNanos;
  }

  /** Figures in milliseconds. */
  private record Took(List<Double> millis) {
    String text() {
      List<Double> sorted = millis.stream().sorted().toList();
      return String.format(
          Locale.ROOT,
          "%d asked, median %.1f ms, 99 %% %.1f ms, slowest %.1f ms",
          sorted.size(),
          sorted.get(sorted.size() / 2),
          sorted.get(sorted.size() * 99 / 100),
          sorted.get(sorted.size() - 1));
    }
  }

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    Path state = Path.of(arguments[1]);
    int clients = Integer.parseInt(arguments[3]);
    int seconds = Integer.parseInt(arguments[4]);
    int kinds = arguments.length > 5 && arguments[5].equals("flood") ? 4 : 3;
    Path process = Path.of("/proc", arguments[2], "status");
    SlowClients quiet = new SlowClients(port, System.nanoTime() + seconds * 1_000_000_000L / 4);
    System.out.println("without them: engine  " + quiet.engine(state).text());
    quiet = new SlowClients(port, System.nanoTime() + seconds * 1_000_000_000L / 4);
    System.out.println("              honest  " + quiet.honest().text());
    System.out.println("              memory  " + resident(process));
    SlowClients hostile = new SlowClients(port, System.nanoTime() + seconds * 1_000_000_000L);
    for (int i = 0; i < clients; i++) {
      int kind = i % kinds;
      Thread thread = new Thread(() -> hostile.attack(kind), "hostile-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    List<Took> engine = new ArrayList<>();
    Thread asking = new Thread(() -> engine.add(hostile.engine(state)));
    asking.start();
    Took honest = hostile.honest();
    asking.join();
    System.out.println(clients + " of them:   engine  " + engine.get(0).text());
    System.out.println("              honest  " + honest.text());
    System.out.println("              memory  " + resident(process));
  }

  private boolean over() {
    return System.nanoTime() - endNanos > 0;
  }

  private void attack(int kind) {
    while (!over()) {
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.setSoTimeout(1_000);
        switch (kind) {
          case 0 -> {
            while (!over()) {
              client.getOutputStream().write('G');
              Thread.sleep(100);
            }
          }
          case 1 -> client.getInputStream().read();
          case 2 -> {
            client.setReceiveBufferSize(4 << 10);
            while (!over()) {
              say(client, "/uplot.js");
              Thread.sleep(100);
            }
          }
          default -> {
            while (!over()) {
              say(client, "/api/v1/status");
              client.getInputStream().readNBytes(1_000);
            }
          }
        }
      } catch (IOException e) {
        // Hung up on: again.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void say(Socket client, String path) throws IOException {
    client.getOutputStream().write(String.format(ASK, path).getBytes(UTF_8));
  }

  /** Over the control socket, which only the engine's thread can answer. */
  private Took engine(Path state) {
    List<Double> millis = new ArrayList<>();
    while (!over()) {
      long begin = System.nanoTime();
      ControlClient.ask(state, JsonText.object().put("verb", "issues")).orElseThrow();
      millis.add((System.nanoTime() - begin) / 1e6);
      pause();
    }
    return new Took(millis);
  }

  private Took honest() {
    List<Double> millis = new ArrayList<>();
    while (!over()) {
      long begin = System.nanoTime();
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.setSoTimeout(10_000);
        client
            .getOutputStream()
            .write(
                "GET /api/v1/issues HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .getBytes(UTF_8));
        String answer = new String(client.getInputStream().readAllBytes(), UTF_8);
        if (!answer.startsWith("HTTP/1.1 200")) {
          System.out.println(
              "an honest one was told: " + answer.lines().findFirst().orElse("nothing"));
        }
      } catch (IOException e) {
        System.out.println("an honest one was not answered: " + e.getMessage());
      }
      millis.add((System.nanoTime() - begin) / 1e6);
      pause();
    }
    return new Took(millis);
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String resident(Path process) throws IOException {
    Matcher found = RESIDENT.matcher(Files.readString(process));
    return found.find()
        ? String.format(Locale.ROOT, "%.1f MB resident", Long.parseLong(found.group(1)) / 1024.0)
        : "unknown";
  }
}
