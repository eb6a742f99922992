package dev.healing.actions.nixos.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.Temporary;
import dev.healing.actions.nixos.World;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is stale, however much there is, and who still listens, wherever. */
class RuntimeStateTest {
  private static final String WEB = "web.service";

  private final World world = new World();

  @BeforeEach
  void declare() {
    world.host.systemd().service(WEB).property(WEB, "RuntimeDirectory", "web");
    world
        .host
        .commands()
        .succeeds(
            "Id=web.service\nRuntimeDirectory=web\n",
            "systemctl",
            "show",
            "--property=Id,PIDFile,RuntimeDirectory",
            "--",
            "*.service");
    world.host.files().write("/proc/net/unix", "Num RefCount\n");
  }

  private List<RuntimeState.Stale> stale() {
    return new RuntimeState(world.host, WEB).find().stale();
  }

  /** Counts how often it is looked at who has what open: each time swap files are among it. */
  private HostContext counting(AtomicInteger looks) {
    HostFiles files =
        proxy(
            HostFiles.class,
            world.host.files(),
            (name, first) -> {
              if (name.equals("read") && "/proc/swaps".equals(first)) {
                looks.incrementAndGet();
              }
            });
    return (HostContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HostContext.class},
            (self, method, with) ->
                method.getName().equals("files") ? files : method.invoke(world.host, with));
  }

  private interface Told {
    void of(String method, Object first);
  }

  private <T> T proxy(Class<T> type, T real, Told told) {
    return type.cast(
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {type},
            (self, method, with) -> {
              told.of(method.getName(), with == null ? "" : with[0]);
              return method.invoke(real, with);
            }));
  }

  @Test
  void openFilesAreLookedAtOnceHoweverManyLocksThereAre() {
    for (int i = 0; i < 300; i++) {
      world.host.files().write("/run/web/" + i + ".lock", "");
    }
    AtomicInteger looks = new AtomicInteger();
    assertThat(new RuntimeState(counting(looks), WEB).find().stale()).hasSize(20);
    assertThat(looks).hasValue(1);
  }

  @Test
  void aLookThatTakesTooLongEnds() {
    world.host.files().write("/run/web/app.lock", "");
    Thread.currentThread().interrupt();
    assertThatThrownBy(this::stale)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("too much to look at");
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
  }

  /** As it is where the server has a network name space of its own. */
  @Test
  void whoListensAndIsNotListedIsAsked() throws IOException {
    Path socket = Temporary.directory().resolve("app.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket), 1);
      Files.createDirectories(world.host.files().path("/run/web"));
      Files.move(socket, world.host.files().path("/run/web/app.sock"));
      for (int busy = 0; busy < 4; busy++) {
        assertThat(stale()).isEmpty();
      }
    }
    assertThat(stale()).extracting(RuntimeState.Stale::path).containsExactly("/run/web/app.sock");
  }
}
