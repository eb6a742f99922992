package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Preview;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HealingAction;
import dev.healing.spi.OptimizerProvider;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The optimizer and the actions that it names, as they are installed together: on a host where
 * there is something to do, no action refuses an opportunity, with the defaults of both.
 */
class OpportunityRemediesTest {
  private static final double AT_THE_MEMORY_THRESHOLD = 0.85;
  private static final String SERVICE = "/sys/fs/cgroup/system.slice/web.service";

  private TestHost host;

  @BeforeEach
  void aHostWhereThereIsSomethingToDo(@TempDir Path root) throws IOException {
    host = new TestHost(root.toRealPath());
    host.files()
        .write("/proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/root rw\n")
        .write(
            "/proc/meminfo",
            "MemTotal: 1000000 kB\nMemAvailable: 150000 kB\nSwapTotal: 500000 kB\nSwapFree: 500000 kB\n")
        .write(SERVICE + "/memory.reclaim", "")
        .write(SERVICE + "/memory.stat", "inactive_anon 99999999\n")
        .write("/var/cache/apt/archives/old.deb", "some text")
        .write("/var/log/app.log.1", "some text");
    for (String old : List.of("/var/cache/apt/archives/old.deb", "/var/log/app.log.1")) {
      try (var large = new RandomAccessFile(host.files().path(old).toFile(), "rw")) {
        large.setLength(2L << 30); // without room on disk; less is not worth deleting
      }
      modified(old, Duration.ofDays(30));
    }
    // The kernel's change time of that file is that of the real clock: a month passes.
    Instant later = Instant.now().plus(Duration.ofDays(30));
    host.time().jumpWall(Duration.between(host.time().now(), later));
    host.files().write("/nix/store/aaa-hello/data", "not linked yet");
    for (int generation = 1; generation <= 12; generation++) {
      String system = "/nix/store/bbb-system-" + generation;
      directory(system);
      link("/nix/var/nix/profiles/system-" + generation + "-link", system);
    }
    link("/nix/var/nix/profiles/system", "system-12-link");
    host.files().write("/boot/grub/grub.cfg", "linux init=/nix/store/bbb-system-12/init");
    String dead = "/nix/store/aaa-hello";
    host.commands()
        .installed("nix-store", Path.of("/bin/nix-store"))
        .installed("nix-env", Path.of("/bin/nix-env"))
        .succeeds("x -> /nix/store/bbb-system-12\n", "nix-store", "--gc", "--print-roots")
        .succeeds(dead + "\n", "nix-store", "--gc", "--print-dead");
  }

  @Test
  void noActionRefusesTheOpportunityThatNamesIt() {
    HostState state = filling();
    Map<ActionId, HealingAction> actions =
        ServiceLoader.load(ActionProvider.class).stream()
            .map(provider -> provider.get().create(host))
            .collect(Collectors.toMap(a -> a.description().id(), Function.identity()));

    List<Opportunity> found = found(state);

    assertThat(found)
        .extracting(Opportunity::type)
        .containsExactlyInAnyOrder(
            OptimizationType.MEMORY_MANAGEMENT,
            OptimizationType.CACHE_OPTIMIZATION,
            OptimizationType.DISK_CLEANUP,
            OptimizationType.GENERATION_CLEANUP,
            OptimizationType.STORE_OPTIMIZATION);
    assertThat(found).extracting(Opportunity::id).doesNotHaveDuplicates();
    for (Opportunity opportunity : found) {
      assertThat(actions).containsKey(opportunity.action().orElseThrow());
      HealingAction action = actions.get(opportunity.action().orElseThrow());
      Preview preview = action.prepare(opportunity.issue(), state).preview();
      assertThat(action.description().treats()).contains(opportunity.issue().type());
      assertThat(opportunity.issue().components()).containsExactly(preview.target());
    }
  }

  private List<Opportunity> found(HostState state) {
    List<Opportunity> found = new ArrayList<>();
    for (OptimizerProvider provider : ServiceLoader.load(OptimizerProvider.class)) {
      found.addAll(
          provider
              .create(host, (issue, action, validator) -> new CompletableFuture<>())
              .findOpportunities(state));
    }
    return found;
  }

  private static HostState filling() {
    return HostStates.now()
        .sample(Metric.MEMORY_USED, AT_THE_MEMORY_THRESHOLD)
        .sample(Metric.MEMORY_AVAILABLE, 150_000 * 1024.0)
        .disk("/", 0.8)
        .build();
  }

  private void directory(String name) throws IOException {
    Files.createDirectories(host.files().path(name));
  }

  /** A link of long ago. */
  private void link(String name, String to) throws IOException {
    Path link = host.files().path(name);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of(to));
    FileTime longAgo = FileTime.from(VirtualTime.START.minus(Duration.ofDays(365)));
    Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(longAgo, null, null);
  }

  private void modified(String name, Duration ago) throws IOException {
    Instant at = VirtualTime.START.minus(ago);
    Files.setLastModifiedTime(host.files().path(name), FileTime.from(at));
  }
}
