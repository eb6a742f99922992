package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.GivingHost;
import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Configuration;
import dev.healing.api.IssueType;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** After the page cache was dropped, 600,000 of 4,000,000 kB are available. */
class PageCacheTest {
  private final World world = new World();

  private ActionReport drop(int availableKb) {
    world.memory(4_000_000, availableKb);
    world.host.files().write("/proc/sys/vm/drop_caches", "0");
    Configuration section = Configuration.of(Map.of("page-cache", "on"));
    return new ClearCache.Provider()
        .create(new GivingHost(world, section, () -> world.memory(4_000_000, 600_000)))
        .prepare(world.issue(IssueType.MEMORY_HIGH, "memory"), HostStates.now().build())
        .execute(new TestExecution(world.host.time(), Duration.ofMinutes(1)));
  }

  @Test
  void lessThanAHundredthOfMemoryIsNoGain() {
    assertThat(drop(200_000).result()).isEqualTo(Result.DONE);
    assertThat(drop(560_000).result()).isEqualTo(Result.DONE);
    assertThat(drop(560_001).result()).isEqualTo(Result.NOTHING_GAINED);
    assertThat(world.host.files().read("/proc/sys/vm/drop_caches")).hasValue("1");
  }
}
