package dev.healing.runner.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.core.json.JsonText;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

@Timeout(30)
@SuppressWarnings("try") // a server is there to be open
class ControlTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @TempDir Path state;

  private ControlServer serve(Function<ObjectNode, CompletionStage<Answer>> handler) {
    return ControlServer.open(state, PATIENCE, handler);
  }

  private static CompletionStage<Answer> echo(ObjectNode request) {
    return CompletableFuture.completedFuture(Answer.of(request));
  }

  private Answer ask(String verb) {
    return ControlClient.ask(state, JsonText.object().put("verb", verb)).orElseThrow();
  }

  /** Says this and gives what comes back. */
  private String raw(String text) throws IOException {
    try (SocketChannel channel = connect()) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.shutdownOutput();
      ByteBuffer answer = ByteBuffer.allocate(1 << 20);
      while (channel.read(answer) >= 0 && answer.hasRemaining()) {}
      return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(state.resolve(ControlServer.SOCKET)));
  }

  @Test
  void answersWithExitResultAndError() {
    try (ControlServer server =
        serve(
            request ->
                request.path("verb").asString().equals("fail")
                    ? CompletableFuture.completedFuture(Answer.failed(3, "ask root"))
                    : echo(request))) {
      assertThat(ask("status")).isEqualTo(Answer.of(JsonText.object().put("verb", "status")));
      assertThat(ask("fail").exit()).isEqualTo(3);
      assertThat(ask("fail").error()).contains("ask root");
    }
  }

  @Test
  void theSocketIsItsOwnersAloneAndGoesWithTheDaemon() throws IOException {
    Path socket = state.resolve(ControlServer.SOCKET);
    try (ControlServer server = serve(ControlTest::echo)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void whoOnlyReadsDoesNotWaitForADaemonThatHangs() {
    try (ControlServer server = serve(request -> new CompletableFuture<>())) {
      ObjectNode request = JsonText.object().put("verb", "status");
      assertThatThrownBy(() -> ControlClient.ask(state, request, Duration.ofMillis(200)))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("'healing pause' works all the same");
    }
  }

  @Test
  void noDaemonIsNoAnswer() throws IOException {
    assertThat(ControlClient.ask(state, JsonText.object())).isEmpty();
    leaveAStaleSocket();
    assertThat(ControlClient.ask(state, JsonText.object())).isEmpty();
  }

  @Test
  void aStaleSocketIsReplaced() throws IOException {
    leaveAStaleSocket();
    try (ControlServer server = serve(ControlTest::echo)) {
      assertThat(ask("status").exit()).isZero();
    }
  }

  private void leaveAStaleSocket() throws IOException {
    Path socket = state.resolve(ControlServer.SOCKET);
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(Files.exists(socket)).isTrue();
  }

  @Test
  void aFaultIsAnAnswer() {
    try (ControlServer server =
        serve(
            request -> {
              if (request.path("verb").asString().equals("throw")) {
                throw new HealingException("there is no incident 'x'");
              }
              return CompletableFuture.failedFuture(new HealingException("nothing is pending"));
            })) {
      assertThat(ask("throw").error()).contains("there is no incident 'x'");
      assertThat(ask("fail").error()).contains("nothing is pending");
      assertThat(ask("fail").exit()).isEqualTo(1);
    }
  }

  @Test
  void nonsenseIsRefusedAndDoesNoHarm() throws IOException {
    try (ControlServer server = serve(ControlTest::echo)) {
      assertThat(raw("nonsense\n")).contains("\"exit\":2", "one JSON object per line");
      assertThat(raw("[1]\n")).contains("\"exit\":2");
      assertThat(raw("{\"a\":1,\"a\":2}\n")).contains("\"exit\":2");
      assertThat(raw("{\"verb\":")).contains("\"exit\":2", "expected one line");
      assertThat(raw("x".repeat(ControlServer.MAX_REQUEST_BYTES))).contains("\"exit\":2");
      assertThat(ask("status").exit()).isZero();
    }
  }

  @Test
  void longActionsHoldNoThread() {
    CompletableFuture<Answer> never = new CompletableFuture<>();
    try (ControlServer server =
        serve(r -> r.path("verb").asString().equals("heal") ? never : echo(r))) {
      List<CompletableFuture<Answer>> waiting = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        waiting.add(
            CompletableFuture.supplyAsync(() -> ask("heal"), run -> new Thread(run).start()));
      }
      assertThat(ask("status").exit()).isZero();
      never.complete(Answer.failed(1, "ended"));
      waiting.forEach(answer -> assertThat(answer.join().error()).contains("ended"));
    }
  }

  @Test
  void whoComesWhenTooManyAreBeingAnsweredIsToldSo() {
    CompletableFuture<Answer> never = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(ControlServer.MAX_CONNECTIONS);
    try (ControlServer server =
        serve(
            request -> {
              asked.countDown();
              return never;
            })) {
      List<CompletableFuture<Answer>> waiting = new ArrayList<>();
      for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
        waiting.add(
            CompletableFuture.supplyAsync(() -> ask("heal"), run -> new Thread(run).start()));
      }
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 50; i++) { // whether the request comes before the answer or after it
        assertThat(ask("status").error()).hasValueSatisfying(why -> assertThat(why).contains("32"));
      }
      never.complete(Answer.failed(1, "ended"));
      waiting.forEach(answer -> assertThat(answer.join().error()).contains("ended"));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theThreadsThatItTakesAreThereBeforeAnybodyAsks() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    try (ControlServer server = serve(ControlTest::echo)) {
      Set<Thread> added = new HashSet<>(Thread.getAllStackTraces().keySet());
      added.removeAll(before);
      assertThat(added)
          .extracting(Thread::getName)
          .contains("healing-control-accept", "healing-control-deadlines")
          .filteredOn("healing-control"::equals)
          .hasSize(4);
    }
  }

  @Test
  void whoeverAsksForWhatEndsInAnErrorIsNotKeptWaiting() {
    try (ControlServer server =
        serve(
            request -> {
              throw new OutOfMemoryError("of this test");
            })) {
      ObjectNode request = JsonText.object().put("verb", "status");
      assertThatThrownBy(() -> ControlClient.ask(state, request, PATIENCE))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("hung up");
    }
  }

  @Test
  void aSilentClientIsHungUpOn() throws IOException {
    try (ControlServer server =
            ControlServer.open(state, Duration.ofMillis(50), ControlTest::echo);
        SocketChannel silent = connect()) {
      assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void onlyRootAndTheOwnerMayAsk() {
    assertThat(ControlServer.refusal("root", "healing")).isEmpty();
    assertThat(ControlServer.refusal("healing", "healing")).isEmpty();
    assertThat(ControlServer.refusal("www-data", "healing"))
        .hasValueSatisfying(why -> assertThat(why).contains("www-data", "only root and healing"));
  }

  @Test
  void aDirectoryThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ControlServer.open(state.resolve("none"), PATIENCE, ControlTest::echo))
        .isInstanceOf(HostException.class)
        .hasMessageContaining("none/control.sock");
  }

  @Test
  void anotherUserIsRefusedByTheKernelsWord() throws IOException, InterruptedException {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root can be another user");
    Path setpriv = Path.of("/usr/bin/setpriv");
    Path python = Path.of("/usr/bin/python3");
    assumeTrue(Files.exists(setpriv) && Files.exists(python), "needs setpriv and python3");
    String client =
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
            + " print(s.makefile().readline())";
    try (ControlServer server = serve(ControlTest::echo)) {
      // Opened up on purpose: the check of the peer must hold without the file's mode.
      Path socket = state.resolve(ControlServer.SOCKET);
      Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
      Process nobody =
          new ProcessBuilder(
                  setpriv.toString(),
                  "--reuid=65534",
                  "--clear-groups",
                  python.toString(),
                  "-c",
                  client,
                  socket.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(nobody.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      nobody.waitFor();

      assertThat(said).contains("\"exit\":3", "only root may");
    }
  }
}
