package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether network interfaces have a link: those of devices, since bridges and tunnels come and go
 * with what uses them; which are switched on, and had a link since we look. Every 5 s.
 */
public final class LinkSampler implements Sampler {
  /** Name of whether (1) an interface has a link, or not (0); since when it is so. */
  static final String UP = "link.up.flag";

  private static final String INTERFACES = "/sys/class/net";
  private static final long ASK_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int SWITCHED_ON = 1; // IFF_UP

  private final HostContext context;
  private final Counters counters = new Counters();
  private final Set<String> had = new TreeSet<>();
  private boolean asked;
  private long askedAt;

  private LinkSampler(HostContext context) {
    this.context = context;
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "links";
    }

    @Override
    public Sampler create(HostContext context) {
      return new LinkSampler(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(UP, "*"));
  }

  @Override
  public Reading read() {
    long nanos = context.time().monotonicNanos();
    if (!asked || nanos - askedAt >= ASK_NANOS) {
      asked = true;
      askedAt = nanos;
      look(context.time().now());
    }
    return new Reading(counters.all(), List.of(), List.of());
  }

  private void look(Instant now) {
    Set<String> gone = new TreeSet<>(had);
    HostFiles files = context.files();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(files.path(INTERFACES))) {
      for (Path one : all) {
        String name = one.getFileName().toString();
        Optional<Boolean> up =
            Files.exists(one.resolve("device")) ? link(INTERFACES + "/" + name) : Optional.empty();
        if (up.isPresent() && (up.get() || had.contains(name))) {
          had.add(name);
          gone.remove(name);
          counters.note(Metric.of(UP, name), up.get() ? 1 : 0, now);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return; // none that we could see: what was known stays known
    }
    had.removeAll(gone);
    gone.forEach(name -> counters.forget(Metric.of(UP, name)));
  }

  /** Absent if somebody has switched it off, or it does not say. */
  private Optional<Boolean> link(String place) {
    try {
      String flags = context.files().read(place + "/flags").orElse("").strip();
      String state = context.files().read(place + "/operstate").orElse("").strip();
      return up(flags, state);
    } catch (HostException e) {
      return Optional.empty();
    }
  }

  /** From what the files flags and operstate say. */
  static Optional<Boolean> up(String flags, String state) {
    if (!flags.matches("0x[0-9a-f]{1,8}")
        || (Long.parseLong(flags.substring(2), 16) & SWITCHED_ON) == 0) {
      return Optional.empty();
    }
    return switch (state) {
      case "up" -> Optional.of(true);
      case "down", "lowerlayerdown" -> Optional.of(false);
      default -> Optional.empty(); // dormant: waits for a network, as one without wires may
    };
  }
}
