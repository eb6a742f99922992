package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.World;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.testkit.FakeProcesses;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom the store is left to. */
class NixAtWorkTest {
  private final World world = new World();

  @Test
  void hostsWithoutNixSayNotApplicable() {
    for (ActionProvider provider :
        List.of(
            new GarbageCollect.Provider(),
            new OptimizeStore.Provider(),
            new ThinGenerations.Provider(),
            new RollbackGeneration.Provider())) {
      assertThat(provider.create(world.host).unavailable().orElseThrow())
          .startsWith("not applicable here: ");
    }
  }

  @Test
  void nixAtWorkIsLeftAlone() {
    world.host.files().write("/etc/passwd", "nixbld1:x:30001:30000::/var/empty:/bin/false\n");
    world.host.processes().add(FakeProcesses.process(50, "nix-daemon"));
    assertThat(NixAtWork.on(world.host)).isEmpty();
    world.host.processes().add(FakeProcesses.process(51, "nix"));
    assertThat(NixAtWork.on(world.host))
        .hasValueSatisfying(why -> assertThat(why).contains("pid 51"));
    world.host.processes().remove(51);
    world.host.processes().add(FakeProcesses.process(53, ".nixos-rebuild-"));
    assertThat(NixAtWork.on(world.host))
        .hasValueSatisfying(why -> assertThat(why).contains("pid 53"));
    world.host.processes().remove(53);
    world.host.processes().add(process(52, "cc1", 1, 30001));
    assertThat(NixAtWork.on(world.host))
        .hasValueSatisfying(why -> assertThat(why).contains("pid 52"));
  }

  @Test
  void whatServesAnotherHostIsAtWork() {
    world.host.processes().add(FakeProcesses.process(50, "nix-daemon"));
    world.host.files().write("/proc/50/cmdline", "nix-daemon\0--daemon\0");
    assertThat(NixAtWork.on(world.host)).isEmpty();
    world.host.files().write("/proc/50/cmdline", "nix-daemon\0--stdio\0");
    assertThat(NixAtWork.on(world.host))
        .hasValueSatisfying(why -> assertThat(why).contains("pid 50"));
  }

  @Test
  void soAreUsersThatNobodyMadeWhereNixTakesThoseToBuild() {
    world.host.processes().add(process(52, "cc1", 1, 872415232 + 8388607));
    world.host.processes().add(process(53, "sh", 1, 872415231));
    world.host.processes().add(process(54, "sh", 1, 872415232 + 8388608));
    world.host.files().write("/etc/nix/nix.conf", "# auto-allocate-uids = true\ncores = 2\n");
    assertThat(NixAtWork.on(world.host)).isEmpty();
    world.host.files().write("/etc/nix/nix.conf", "cores = 2\nauto-allocate-uids = true\n");
    assertThat(NixAtWork.on(world.host))
        .hasValueSatisfying(why -> assertThat(why).contains("pid 52"));
    world.host.processes().remove(52);
    assertThat(NixAtWork.on(world.host)).isEmpty();
  }

  /** Its lane keeps it apart: a rollback that refused because of it could not even wait for it. */
  @Test
  void whatWeStartedOurselvesIsNoReasonToRefuse() {
    long ourselves = world.host.processes().ourselves().get(0);
    world.host.processes().add(process(60, "nix-store", ourselves, 0));
    assertThat(NixAtWork.on(world.host)).isEmpty();
  }

  private static ProcessState process(long pid, String name, long parent, int uid) {
    ProcessState p = FakeProcesses.process(pid, name);
    return new ProcessState(
        p.ref(),
        parent,
        name,
        uid,
        'R',
        p.cpuTime(),
        p.residentBytes(),
        0,
        p.oomScore(),
        p.units(),
        false);
  }
}
