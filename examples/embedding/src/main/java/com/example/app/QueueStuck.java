package com.example.app;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Jobs wait, and for three looks none was taken. */
final class QueueStuck implements DetectorProvider {
  static final IssueType TYPE = IssueType.of("queue_stuck");

  private final WorkQueue queue;

  QueueStuck(WorkQueue queue) {
    this.queue = queue;
  }

  @Override
  public String name() {
    return TYPE.name();
  }

  @Override
  public Detector create(HostContext context) {
    return new Detector() {
      private long takenBefore = -1;
      private int looks;

      @Override
      public Set<IssueType> reports() {
        return Set.of(TYPE);
      }

      @Override
      public Detection detect(HostState state) {
        long taken = queue.taken();
        int waiting = queue.waiting();
        looks = waiting > 0 && taken == takenBefore ? looks + 1 : 0;
        takenBefore = taken;
        return looks < 3 ? Detection.NOTHING : Detection.of(List.of(stuck(state, waiting)));
      }
    };
  }

  private static Issue stuck(HostState state, int waiting) {
    return Issue.of(
        state.at(),
        TYPE,
        Severity.HIGH,
        waiting + " jobs wait and none is taken",
        Map.of("queue.waiting.count", (double) waiting),
        List.of("queue"));
  }
}
