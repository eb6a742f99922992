package dev.healing.runner.http;

import dev.healing.api.HostException;
import dev.healing.spi.TimeSource;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The server: one thread for all connections, two that work answers out. */
final class HttpServer implements AutoCloseable {
  static final Duration BETWEEN_HEARTBEATS = Duration.ofSeconds(15);
  static final Duration TO_HANG_UP = Duration.ofSeconds(1);
  private static final Logger LOG = System.getLogger(HttpServer.class.getName());
  private static final int WORKERS = 2;
  private static final int MOST_AT_ONCE = 64;
  private static final long BETWEEN_LOOKS_MILLIS = 200;

  /** What waits to be read by all clients together: the daemon has 64 MiB for everything. */
  private static final long MOST_WAITING_BYTES = 8 << 20;

  /**
   * What clients may take.
   *
   * @param connections at once
   * @param streams of those, which last
   * @param request how long a request may take to come, from its first byte
   * @param response how long an answer may take to be read
   * @param idle how long a client may wait before it asks again
   */
  record Limits(int connections, int streams, Duration request, Duration response, Duration idle) {
    static final Limits USUAL =
        new Limits(256, 32, Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(60));
  }

  private final ServerSocketChannel listening;
  private final Selector selector;
  private final SelectionKey accepting;
  private final TimeSource time;
  private final Limits limits;
  private final Function<Request, CompletionStage<Response>> handler;
  private final ThreadPoolExecutor workers;
  private final Queue<Step> steps = new ConcurrentLinkedQueue<>();

  /** In the order in which they came. */
  private final Set<Connection> connections = new LinkedHashSet<>();

  private long waitingBytes;

  /** Something to be done on the server's thread for a connection. */
  private record Step(Connection connection, Part part) {}

  @FunctionalInterface
  private interface Part {
    void run() throws IOException;
  }

  private HttpServer(
      InetSocketAddress address,
      TimeSource time,
      Limits limits,
      Function<Request, CompletionStage<Response>> handler)
      throws IOException {
    this.time = time;
    this.limits = limits;
    this.handler = handler;
    listening = ServerSocketChannel.open();
    try {
      // Or it could not listen for a minute after a restart.
      listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      listening.bind(address, 1_024);
      listening.configureBlocking(false);
      selector = Selector.open();
      accepting = listening.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException | RuntimeException e) {
      listening.close();
      throw e;
    }
    workers =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // of each connection one request at most
            task -> daemon(task, "healing-http-worker"));
    workers.allowCoreThreadTimeOut(true);
  }

  /**
   * Listens there.
   *
   * @param handler answers; called by two threads, which it should not hold for long
   * @throws HostException if it cannot listen there
   */
  static HttpServer open(
      InetSocketAddress address,
      TimeSource time,
      Limits limits,
      Function<Request, CompletionStage<Response>> handler) {
    try {
      HttpServer server = new HttpServer(address, time, limits, handler);
      daemon(server::turns, "healing-http").start();
      return server;
    } catch (IOException e) {
      throw new HostException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  int port() {
    return listening.socket().getLocalPort();
  }

  Limits limits() {
    return limits;
  }

  long after(Duration duration) {
    return time.monotonicNanos() + duration.toNanos();
  }

  // ---------------------------------------------------------------- its turns

  private void turns() {
    try {
      while (listening.isOpen()) {
        // Without a connection there is nothing that time could end.
        selector.select(
            connections.isEmpty() && accepting.interestOps() != 0 ? 0 : BETWEEN_LOOKS_MILLIS);
        accepting.interestOps(SelectionKey.OP_ACCEPT);
        for (SelectionKey key : selector.selectedKeys()) {
          if (key == accepting) {
            accept();
          } else {
            Connection connection = (Connection) key.attachment();
            contained(connection, connection::ready);
          }
        }
        selector.selectedKeys().clear();
        for (Step step = steps.poll(); step != null; step = steps.poll()) {
          contained(step.connection(), step.part());
        }
        long now = time.monotonicNanos();
        for (Connection connection : new ArrayList<>(connections)) {
          contained(connection, () -> connection.look(now));
        }
      }
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      if (listening.isOpen()) {
        LOG.log(Level.ERROR, "nobody is answered by HTTP any more", e);
        close();
      }
    } finally {
      connections.forEach(Connection::close);
      closed(selector);
    }
  }

  /** What goes wrong with one client is the end of that one. */
  private void contained(Connection connection, Part part) {
    if (!connections.contains(connection)) {
      return;
    }
    try {
      part.run();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "a client of HTTP is gone: " + e);
      close(connection);
    }
  }

  private void accept() {
    try {
      for (SocketChannel client = listening.accept(); client != null; client = listening.accept()) {
        if (connections.size() >= limits.connections() && !makeRoom()) {
          client.close();
          continue;
        }
        client.configureBlocking(false);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = client.register(selector, SelectionKey.OP_READ);
        Connection connection = new Connection(this, client, key);
        key.attach(connection);
        connections.add(connection);
        // An honest client has asked by now, and whoever has asked does not have to make room.
        contained(connection, connection::read);
      }
    } catch (IOException e) {
      // No descriptors, perhaps: until the next turn, or it would be tried again at once.
      LOG.log(Level.WARNING, "a connection by HTTP failed: " + e.getMessage());
      accepting.interestOps(0);
    }
  }

  /** Whoever has had longest to ask something, and has not, goes first. */
  private boolean makeRoom() {
    Optional<Connection> slowest =
        connections.stream().filter(c -> c.phase() == Connection.Phase.READING).findFirst();
    slowest.ifPresent(this::close);
    return slowest.isPresent();
  }

  /** More, or less, waits to be read: if it is too much, the oldest clients do not get theirs. */
  void waiting(Connection by, long bytes) {
    waitingBytes += bytes;
    if (waitingBytes > MOST_WAITING_BYTES) {
      connections.stream()
          .filter(c -> c != by && c.waitingBytes() > 0)
          .findFirst()
          .ifPresent(this::close);
    }
  }

  void close(Connection connection) {
    if (connections.remove(connection)) {
      waitingBytes -= connection.waitingBytes();
      connection.close();
    }
  }

  // -------------------------------------------------------------- what is asked

  /** Has it answered by a worker. */
  void work(Connection connection, Request request) {
    try {
      workers.execute(() -> answer(connection, request));
    } catch (RejectedExecutionException e) {
      close(connection); // as everything is being
    }
  }

  private void answer(Connection connection, Request request) {
    CompletionStage<Response> answer;
    try {
      answer = handler.apply(request);
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      LOG.log(Level.ERROR, request.method() + " " + request.path() + " failed", e);
      later(connection, () -> connection.answer(failed(e)));
      return;
    }
    answer.whenComplete(
        (response, fault) ->
            later(
                connection,
                () -> connection.answer(fault == null ? admitted(response) : failed(fault))));
  }

  private static Response failed(Throwable fault) {
    return Response.error(500, "healing has a defect here: " + fault + "; its log tells more");
  }

  private Response admitted(Response response) {
    boolean tooMany =
        response.opened() != null
            && connections.stream().filter(c -> c.phase() == Connection.Phase.STREAMING).count()
                >= limits.streams();
    return tooMany
        ? Response.error(503, limits.streams() + " others are being told: try again later")
            .with("Retry-After", "10")
        : response;
  }

  private void later(Connection connection, Part part) {
    steps.add(new Step(connection, part));
    selector.wakeup();
  }

  Response.Sink sink(Connection connection) {
    return new Response.Sink() {
      @Override
      public void send(byte[] bytes) {
        later(connection, () -> connection.send(bytes));
      }

      @Override
      public boolean closed() {
        return connection.closed();
      }
    };
  }

  private static void closed(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "HTTP: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    workers.shutdownNow();
    closed(listening);
    selector.wakeup(); // its thread closes the rest
  }
}
