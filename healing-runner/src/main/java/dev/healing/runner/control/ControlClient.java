package dev.healing.runner.control;

import dev.healing.api.HostException;
import dev.healing.core.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** The command line's end of the control socket. */
public final class ControlClient {
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  private ControlClient() {}

  /**
   * Asks the daemon of this state directory and waits for its answer, as long as that takes: an
   * action may run for minutes.
   *
   * @return empty if no daemon runs there
   * @throws HostException if one runs and gave no answer
   */
  public static Optional<Answer> ask(Path stateDirectory, ObjectNode request) {
    return ask(stateDirectory, request, Duration.ZERO);
  }

  /**
   * The same, but waits no longer than this for the next piece of the answer; zero: as long as it
   * takes.
   */
  public static Optional<Answer> ask(Path stateDirectory, ObjectNode request, Duration patience) {
    Path socket = stateDirectory.resolve(ControlServer.SOCKET);
    try (SocketChannel channel = connect(socket)) {
      if (channel == null) {
        return Optional.empty();
      }
      String line = JsonText.line(request) + "\n";
      ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      try {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      } catch (IOException e) {
        // Refused before we had said anything: the reason is there to be read.
      }
      return Optional.of(Answer.parse(read(channel, socket, patience)));
    } catch (IOException | JacksonException e) {
      throw new HostException(
          "the daemon at " + socket + " gave no answer (" + e.getMessage() + "); see its log", e);
    }
  }

  /** Null: no daemon. */
  private static @org.jspecify.annotations.Nullable SocketChannel connect(Path socket)
      throws IOException {
    if (!Files.exists(socket)) {
      return null;
    }
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (ConnectException e) {
      return null;
    } catch (java.net.SocketException e) {
      if (String.valueOf(e.getMessage()).contains("Connection refused")) {
        return null;
      }
      throw e;
    }
  }

  private static String read(SocketChannel channel, Path socket, Duration patience)
      throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
    try (Selector readable = Selector.open()) {
      channel.configureBlocking(false);
      channel.register(readable, SelectionKey.OP_READ);
      while (channel.read(buffer) >= 0) {
        boolean nothing = buffer.position() == 0;
        answer.write(buffer.array(), 0, buffer.position());
        buffer.clear();
        if (answer.size() > MAX_ANSWER_BYTES) {
          throw new IOException("an answer over 64 MiB");
        }
        if (nothing && readable.select(patience.toMillis()) == 0) {
          throw new IOException(
              "nothing within " + patience.toSeconds() + " s; 'healing pause' works all the same");
        }
        readable.selectedKeys().clear();
      }
    } catch (IOException e) {
      if (!whole(answer)) { // else refused and hung up on, with our request unread
        throw e;
      }
    }
    if (answer.size() == 0) {
      throw new IOException("it hung up on " + socket);
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static boolean whole(ByteArrayOutputStream answer) {
    return answer.toString(StandardCharsets.UTF_8).endsWith("\n");
  }
}
