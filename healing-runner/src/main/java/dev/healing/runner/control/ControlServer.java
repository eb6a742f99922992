package dev.healing.runner.control;

import dev.healing.api.HostException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import tools.jackson.databind.node.ObjectNode;

/** The daemon's end of the control socket. */
public final class ControlServer implements AutoCloseable {
  /** Name of the socket in the state directory. */
  public static final String SOCKET = "control.sock";

  static final int MAX_REQUEST_BYTES = 64 << 10;
  static final int MAX_CONNECTIONS = 32;
  private static final int WORKERS = 4;

  /** How long a thread is kept that nobody asks for: each has 100 KB. */
  private static final Duration KEEP = Duration.ofSeconds(10);

  private static final Answer TOO_MANY =
      Answer.failed(1, "the daemon is answering " + MAX_CONNECTIONS + " others: try again later");
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Logger LOG = System.getLogger(ControlServer.class.getName());

  private final Path socket;
  private final ServerSocketChannel server;
  private final UserPrincipal owner;
  private final Duration patience;
  private final LineRequests requests;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor workers;
  private final ScheduledThreadPoolExecutor deadlines;

  private ControlServer(
      Path socket,
      ServerSocketChannel server,
      UserPrincipal owner,
      Duration patience,
      LineRequests requests) {
    this.socket = socket;
    this.server = server;
    this.owner = owner;
    this.patience = patience;
    this.requests = requests;
    this.workers =
        new ThreadPoolExecutor(
            WORKERS, WORKERS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons("control"));
    this.deadlines = new ScheduledThreadPoolExecutor(1, daemons("control-deadlines"));
    for (ThreadPoolExecutor pool : List.of(workers, deadlines)) {
      pool.setKeepAliveTime(KEEP.toSeconds(), TimeUnit.SECONDS);
      pool.allowCoreThreadTimeOut(true);
    }
  }

  /**
   * Listens in this state directory. A socket that a dead daemon left behind is replaced; whoever
   * calls this holds the lock of the state directory.
   *
   * @param patience how long a client may take to send its line, and to take its answer
   * @param handler answers a request; may be called by several threads
   * @throws HostException if it cannot listen there
   */
  public static ControlServer open(
      Path stateDirectory,
      Duration patience,
      Function<ObjectNode, CompletionStage<Answer>> handler) {
    Path socket = stateDirectory.resolve(SOCKET);
    try {
      Files.deleteIfExists(socket);
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        server.bind(UnixDomainSocketAddress.of(socket));
        // Whoever slips in before this is refused by the check of its user.
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        ControlServer control =
            new ControlServer(
                socket, server, Files.getOwner(socket), patience, new LineRequests(handler));
        control.threadsStart();
        return control;
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        server.close();
        throw e;
      }
    } catch (IOException | IllegalArgumentException | OutOfMemoryError e) {
      throw new HostException("control socket " + socket + ": cannot listen: " + e, e);
    }
  }

  /** All of them now: on a host that has no more to give they could not be had when it matters. */
  private void threadsStart() {
    workers.prestartAllCoreThreads();
    deadlines.prestartCoreThread();
    daemons("control-accept").newThread(this::accept).start();
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        if (connections.size() >= MAX_CONNECTIONS) {
          answer(client, TOO_MANY);
        } else {
          connections.add(client);
          work(client, () -> serve(client));
        }
      } catch (ClosedChannelException | RejectedExecutionException e) { // it is at its end
        return;
      } catch (IOException e) {
        // No descriptors, perhaps: at once it would fail again.
        LOG.log(Level.WARNING, "control socket: a connection failed: " + e.getMessage());
        LockSupport.parkNanos(AGAIN.toNanos());
      }
    }
  }

  /** Whoever waits for what nobody does is hung up on. */
  private void work(SocketChannel client, Runnable work) {
    try {
      workers.execute(work);
    } catch (RejectedExecutionException | OutOfMemoryError e) { // at the end, or no thread
      close(client);
    }
  }

  private void serve(SocketChannel client) {
    boolean served = false;
    try {
      read(client);
      served = true;
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "control socket: a client did not ask: " + e);
    } finally {
      if (!served) {
        close(client);
      }
    }
  }

  private void read(SocketChannel client) throws IOException {
    ScheduledFuture<?> deadline = closeAfterPatience(client);
    UserPrincipal peer = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    Optional<String> refusal = refusal(peer.getName(), owner.getName());
    Optional<String> line = refusal.isPresent() ? Optional.empty() : readLine(client);
    deadline.cancel(false); // what is asked for may take its time
    if (refusal.isPresent()) {
      answer(client, Answer.failed(3, refusal.get()));
    } else if (line.isEmpty()) {
      answer(client, Answer.failed(2, "expected one line of at most " + MAX_REQUEST_BYTES + " B"));
    } else {
      requests.answer(line.get()).thenAccept(answer -> work(client, () -> answer(client, answer)));
    }
  }

  /** Only root and the user whose daemon this is may ask. */
  static Optional<String> refusal(String peer, String owner) {
    return peer.equals("root") || peer.equals("0") || peer.equals(owner)
        ? Optional.empty()
        : Optional.of(
            "user " + peer + " may not command this daemon: only " + allowed(owner) + " may");
  }

  private static String allowed(String owner) {
    return owner.equals("root") ? "root" : "root and " + owner;
  }

  private Optional<String> readLine(SocketChannel client) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(MAX_REQUEST_BYTES);
    while (buffer.hasRemaining() && client.read(buffer) >= 0) {
      int end = buffer.position() - 1;
      if (end >= 0 && buffer.get(end) == '\n') {
        return Optional.of(new String(buffer.array(), 0, end, StandardCharsets.UTF_8));
      }
    }
    return Optional.empty();
  }

  private void answer(SocketChannel client, Answer answer) {
    ScheduledFuture<?> deadline = closeAfterPatience(client);
    try {
      ByteBuffer bytes = ByteBuffer.wrap((answer.line() + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        client.write(bytes);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "control socket: a client did not take its answer: " + e);
    } finally {
      deadline.cancel(false);
      close(client);
    }
  }

  private ScheduledFuture<?> closeAfterPatience(SocketChannel client) {
    return deadlines.schedule(() -> close(client), patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void close(SocketChannel client) {
    connections.remove(client);
    try {
      client.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "control socket: " + e);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "control socket " + socket + ": " + e.getMessage());
    }
    connections.forEach(this::close);
    workers.shutdown();
    deadlines.shutdownNow();
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, "healing-" + name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
