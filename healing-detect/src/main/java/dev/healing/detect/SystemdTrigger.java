package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import java.util.Optional;

/** Wakes the loop when systemd says that a unit failed or is well again. */
public final class SystemdTrigger implements Trigger {
  private final Systemd systemd;
  private Optional<AutoCloseable> subscription = Optional.empty();

  private SystemdTrigger(Systemd systemd) {
    this.systemd = systemd;
  }

  /** Makes it. */
  public static final class Provider implements TriggerProvider {
    @Override
    public String name() {
      return "systemd";
    }

    @Override
    public Trigger create(HostContext context) {
      return new SystemdTrigger(context.systemd());
    }
  }

  @Override
  public synchronized String start(Wake wake) {
    Systemd.Availability availability = systemd.availability();
    if (!availability.available()) {
      return "polling only: " + availability.how();
    }
    try {
      subscription = systemd.subscribe(unit -> wake.now(reason(unit)));
    } catch (HostException e) {
      return "polling only: " + e.getMessage();
    }
    return availability.signals() && subscription.isPresent()
        ? "D-Bus signals"
        : "polling only: " + availability.how() + " gives no signals";
  }

  private static String reason(String unit) {
    return unit.isEmpty() ? "changes of units may have been missed" : unit + " changed";
  }

  @Override
  public synchronized void close() {
    if (subscription.isEmpty()) {
      return;
    }
    try {
      subscription.get().close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new HostException("cannot end the subscription to systemd: " + e.getMessage(), e);
    } finally {
      subscription = Optional.empty();
    }
  }
}
