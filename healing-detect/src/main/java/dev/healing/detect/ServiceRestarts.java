package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostContext;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * How often systemd started services again by itself. It tells so when it does, and nothing is
 * asked: on a host where nothing flaps this costs nothing.
 */
public final class ServiceRestarts implements Sampler {
  /** Name of the count since somebody started the service, which is the component. */
  static final String RESTARTS = "service.restarts.count";

  /** Who looks only a few times, as {@code once} does, does not stay to hear anything. */
  private static final int FEW_LOOKS = 10;

  private final HostContext context;
  private final Counters counters = new Counters();
  private boolean heard;
  private int deafLooks;

  private ServiceRestarts(HostContext context) {
    this.context = context;
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "service_restarts";
    }

    @Override
    public Sampler create(HostContext context) {
      return new ServiceRestarts(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(RESTARTS, "*"));
  }

  @Override
  public Reading read() {
    Instant now = context.time().now();
    List<Unreadable> unreadable = List.of();
    try {
      context
          .systemd()
          .startedAgain()
          .forEach((unit, count) -> counters.note(Metric.of(RESTARTS, unit), count, now));
      heard = true;
    } catch (HealingException e) {
      // What was known stays known. That there is no systemd at all the host's sampler says.
      boolean expected = heard || ++deafLooks > FEW_LOOKS;
      if (expected && context.systemd().availability().available()) {
        unreadable = List.of(new Unreadable(RESTARTS, String.valueOf(e.getMessage())));
      }
    }
    return new Reading(counters.lately(now), List.of(), unreadable);
  }
}
