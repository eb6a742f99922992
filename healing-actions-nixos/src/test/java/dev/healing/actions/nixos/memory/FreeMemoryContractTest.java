package dev.healing.actions.nixos.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.GivingHost;
import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What services have not used for long is swapped out. */
class FreeMemoryContractTest extends WorldContract {
  private static final String SLICE = "/sys/fs/cgroup/system.slice";

  FreeMemoryContractTest() {
    super(new FreeMemory.Provider(), IssueType.MEMORY_HIGH, "memory");
    world.memory(1_000_000, 50_000);
    world.host.files().write(SLICE + "/memory.reclaim", "");
    for (String unit : List.of("web.service", "sshd.service")) {
      world.host.files().write(SLICE + "/" + unit + "/memory.reclaim", "");
      world
          .host
          .files()
          .write(SLICE + "/" + unit + "/memory.stat", "inactive_anon 999999999\ninactive_file 1\n");
    }
  }

  @Override
  protected HostContext context() {
    return new GivingHost(
        world, world.host.configuration(), () -> world.memory(1_000_000, 200_000));
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.steps()).startsWith("reclaim 146.5 MiB from web.service").hasSize(2);
    assertThat(preview.target()).isEqualTo("memory");
    assertThat(world.host.files().read(SLICE + "/web.service/memory.reclaim"))
        .hasValue("153600000 swappiness=200");
    assertThat(report.after().get("memory.available.bytes")).isEqualTo(200_000 * 1024.0);
  }

  @Override
  protected void changeTheWorld() {
    try {
      Path cgroup = world.host.files().path(SLICE + "/web.service");
      Files.move(cgroup, cgroup.resolveSibling("web.old"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
