package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class FreeMemoryContractTest extends WorldContract {
  FreeMemoryContractTest() {
    super(new FreeMemory.Provider(), IssueType.MEMORY_HIGH, "memory");
    String slice = "/sys/fs/cgroup/system.slice";
    world.host.files().write(slice + "/memory.reclaim", "");
    for (String unit : List.of("web.service", "sshd.service")) {
      world.host.files().write(slice + "/" + unit + "/memory.reclaim", "");
      world.host.files().write(slice + "/" + unit + "/memory.stat", "inactive_file 99999999\n");
    }
  }

  @Override
  protected HostContext context() {
    return new GivingHost(world);
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(preview.steps()).containsExactly("reclaim 150 KiB from web.service");
    assertThat(report.after().get("memory.available.bytes")).isEqualTo(150 * 1024.0);
  }

  @Override
  protected void changeTheWorld() {
    try {
      Path cgroup = world.host.files().path("/sys/fs/cgroup/system.slice/web.service");
      Files.move(cgroup, cgroup.resolveSibling("web.old"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
