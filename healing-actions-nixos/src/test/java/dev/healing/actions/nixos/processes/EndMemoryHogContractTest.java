package dev.healing.actions.nixos.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.WorldContract;
import dev.healing.api.ActionReport;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;

class EndMemoryHogContractTest extends WorldContract {
  EndMemoryHogContractTest() {
    super(new EndMemoryHog.Provider(), IssueType.MEMORY_EXHAUSTING, "memory");
    world.available(10L << 30);
    world.hog(200, "hog", 40L << 30, 1);
    world.process(201, "large", 45L << 30);
  }

  @Override
  protected Object worldSnapshot() {
    return world.host.processes().signals();
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(world.host.processes().find(200)).isEmpty();
    assertThat(world.host.processes().find(201)).as("one that is large").isPresent();
  }

  @Override
  protected void changeTheWorld() {
    world.host.processes().remove(200);
  }
}
