package dev.healing.actions.nixos.files;

import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import dev.healing.testkit.HostAround;
import java.time.Duration;
import java.time.Instant;

/** A host as it will be in a month: what was made today is old, by a change time that is real. */
final class MonthLater extends HostAround {
  static final Duration MONTH = Duration.ofDays(30);

  private final TimeSource today;

  MonthLater(HostContext host) {
    super(host);
    today = host.time();
  }

  @Override
  public TimeSource time() {
    return new TimeSource() {
      @Override
      public Instant now() {
        return today.now().plus(MONTH);
      }

      @Override
      public long monotonicNanos() {
        return today.monotonicNanos();
      }

      @Override
      public String bootId() {
        return today.bootId();
      }
    };
  }
}
