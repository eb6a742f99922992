package dev.healing.runner.http;

import dev.healing.runner.http.RequestParser.Parsed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/** One client. Only the server's thread touches it, and it never waits. */
final class Connection {
  /** What it is about. */
  enum Phase {
    /** The client has to say what it wants. */
    READING,
    /** A worker works it out. */
    ANSWERING,
    /** The client has to take its answer. */
    WRITING,
    /** The client is told what happens until it goes. */
    STREAMING,
    /** All is said; what the client still sends is passed over, or it would not read the answer. */
    ENDING
  }

  /** A stream that has so much waiting is too slow to be of use. */
  static final int MOST_WAITING_BYTES = 256 << 10;

  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final ByteBuffer PASSED_OVER = ByteBuffer.allocateDirect(4 << 10);

  private final HttpServer server;
  private final SocketChannel channel;
  private final SelectionKey key;
  private final Deque<ByteBuffer> out = new ArrayDeque<>();
  private Phase phase = Phase.READING;
  private byte[] in = NOTHING;
  private int filled;
  private int searched;
  private int headEnd = -1;
  private int waitingBytes;
  private boolean keepAlive;
  private boolean headOnly;
  private volatile boolean closed;

  /** When its patience ends, as monotonic time; while streaming, when its heart beats next. */
  private long deadlineNanos;

  Connection(HttpServer server, SocketChannel channel, SelectionKey key) {
    this.server = server;
    this.channel = channel;
    this.key = key;
    deadlineNanos = server.after(server.limits().request());
  }

  Phase phase() {
    return phase;
  }

  int waitingBytes() {
    return waitingBytes;
  }

  // --------------------------------------------------------------------- in

  void ready() throws IOException {
    if (key.isValid() && key.isWritable()) {
      write();
    }
    if (key.isValid() && key.isReadable()) {
      read();
    }
  }

  void read() throws IOException {
    if (phase != Phase.READING) {
      PASSED_OVER.clear();
      if (channel.read(PASSED_OVER) < 0) {
        server.close(this);
      }
      return;
    }
    if (filled == in.length) {
      in = Arrays.copyOf(in, Math.max(1 << 10, 2 * in.length));
    }
    int count = channel.read(ByteBuffer.wrap(in, filled, in.length - filled));
    if (count < 0) {
      server.close(this);
      return;
    }
    if (filled == 0) {
      deadlineNanos = server.after(server.limits().request());
    }
    filled += count;
    understand();
  }

  private void understand() throws IOException {
    try {
      if (headEnd < 0) {
        headEnd = RequestParser.headEnd(in, searched, filled);
        searched = filled;
      }
      Optional<Parsed> parsed =
          headEnd < 0 ? Optional.empty() : RequestParser.parse(in, filled, headEnd);
      if (parsed.isPresent()) {
        begin(parsed.get());
      }
    } catch (Refusal e) {
      keepAlive = false;
      answer(e.response());
    }
  }

  private void begin(Parsed parsed) {
    in = filled == parsed.bytes() ? NOTHING : Arrays.copyOfRange(in, parsed.bytes(), filled);
    filled = in.length;
    searched = 0;
    headEnd = -1;
    keepAlive = parsed.keepAlive();
    headOnly = parsed.request().method().equals("HEAD");
    phase = Phase.ANSWERING;
    key.interestOps(0);
    server.work(this, parsed.request());
  }

  // -------------------------------------------------------------------- out

  void answer(Response response) throws IOException {
    Consumer<Response.Sink> opened = response.opened();
    boolean streams = opened != null && !headOnly;
    phase = streams ? Phase.STREAMING : Phase.WRITING;
    keepAlive &= !streams;
    enqueue(response.head(keepAlive));
    if (!headOnly) {
      enqueue(response.body());
    }
    deadlineNanos = server.after(server.limits().response());
    write();
    if (opened != null && streams && key.isValid()) {
      opened.accept(server.sink(this));
    }
  }

  /** More of a stream. */
  void send(byte[] bytes) throws IOException {
    if (phase == Phase.STREAMING) {
      if (waitingBytes + bytes.length > MOST_WAITING_BYTES) {
        server.close(this);
        return;
      }
      enqueue(bytes);
      write();
    }
  }

  private void enqueue(byte[] bytes) {
    if (out.isEmpty()) {
      deadlineNanos = server.after(server.limits().response());
    }
    out.add(ByteBuffer.wrap(bytes));
    waitingBytes += bytes.length;
    server.waiting(this, bytes.length);
  }

  private void write() throws IOException {
    while (!out.isEmpty()) {
      ByteBuffer next = out.peek();
      int written = channel.write(next);
      waitingBytes -= written;
      server.waiting(this, -written);
      if (next.hasRemaining()) {
        interest(phase == Phase.STREAMING);
        return;
      }
      out.remove();
    }
    if (phase == Phase.STREAMING) {
      deadlineNanos = server.after(HttpServer.BETWEEN_HEARTBEATS);
      key.interestOps(SelectionKey.OP_READ);
    } else if (phase == Phase.WRITING) {
      written();
    }
  }

  private void interest(boolean alsoRead) {
    key.interestOps(SelectionKey.OP_WRITE | (alsoRead ? SelectionKey.OP_READ : 0));
  }

  private void written() throws IOException {
    key.interestOps(SelectionKey.OP_READ);
    if (keepAlive) {
      phase = Phase.READING;
      deadlineNanos = server.after(filled > 0 ? server.limits().request() : server.limits().idle());
      if (filled > 0) {
        understand();
      }
    } else {
      phase = Phase.ENDING;
      channel.shutdownOutput();
      deadlineNanos = server.after(HttpServer.TO_HANG_UP);
    }
  }

  // ---------------------------------------------------------------- in time

  /** Hangs up if its time is over; shows that a quiet stream is alive. */
  void look(long nowNanos) throws IOException {
    if (phase == Phase.ANSWERING || nowNanos - deadlineNanos < 0) {
      return;
    }
    if (phase == Phase.STREAMING && out.isEmpty()) {
      send(HEARTBEAT);
    } else if (phase == Phase.READING && filled > 0) {
      keepAlive = false;
      answer(Response.error(408, "the request did not come in time"));
    } else {
      server.close(this);
    }
  }

  /** Safe for several threads. */
  boolean closed() {
    return closed;
  }

  void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }
}
