package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Measures the memory that the largest services have to themselves: what is theirs alone and backed
 * by no file, resident or swapped out, since that is what a leak is made of, while page cache comes
 * and goes. By control group where the kernel accounts memory so (cgroup v2), else from the
 * processes of the service. Key: {@code every}, how often (default 15s); where that is not written,
 * more seldom, up to every 45 s, if there are so many processes that it takes its time. Between
 * that the last value is told.
 */
public final class ServiceMemory implements Sampler {
  private static final String GROUPS = "/sys/fs/cgroup";

  /** Who has less is of no interest, and costs one number to read. */
  private static final long LEAST_BYTES = 32L << 20;

  private static final long LEAST_PROCESS_BYTES = 2L << 20;
  private static final int MOST_SERVICES = 8;

  /**
   * So much longer than it takes it is left alone, up to what still shows a leak in ten minutes.
   */
  private static final int PATIENCE = 200;

  private static final Duration MOST_PATIENCE = Duration.ofSeconds(45);

  private final HostContext host;
  private final Duration every;
  private final boolean written;
  private Optional<Reading> last = Optional.empty();
  private long nextNanos;

  private ServiceMemory(HostContext host) {
    this.host = host;
    this.written = host.configuration().has("every");
    this.every = host.configuration().duration("every", Duration.ofSeconds(15));
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "service_memory";
    }

    @Override
    public Sampler create(HostContext context) {
      return new ServiceMemory(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(Metric.SERVICE_MEMORY, "*"));
  }

  @Override
  public Reading read() {
    long now = host.time().monotonicNanos();
    if (last.isEmpty() || now - nextNanos >= 0) {
      last = Optional.of(measure());
      long took = host.time().monotonicNanos() - now;
      long patience = written ? 0 : Math.min(MOST_PATIENCE.toNanos(), PATIENCE * took);
      nextNanos = now + Math.max(every.toNanos(), patience);
    }
    return last.orElseThrow();
  }

  private Reading measure() {
    Map<String, Long> bytes = new HashMap<>();
    try {
      if (Files.exists(host.files().path(GROUPS + "/system.slice/memory.current"))) {
        // What belongs to users is restarted by nobody here.
        ControlGroups.services(
            host.files(),
            GROUPS,
            (service, group) -> ofGroup(group).ifPresent(own -> bytes.put(service, own)));
      } else {
        byProcess(bytes);
      }
    } catch (HealingException e) {
      String why = String.valueOf(e.getMessage());
      return new Reading(List.of(), List.of(), List.of(new Unreadable(Metric.SERVICE_MEMORY, why)));
    }
    var at = host.time().now();
    List<Sample> largest =
        bytes.entrySet().stream()
            .filter(service -> service.getValue() >= LEAST_BYTES)
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(MOST_SERVICES)
            .map(s -> new Sample(Metric.of(Metric.SERVICE_MEMORY, s.getKey()), s.getValue(), at))
            .toList();
    return new Reading(largest, List.of(), List.of());
  }

  private OptionalLong ofGroup(String group) {
    OptionalLong all = number(group + "/memory.current");
    OptionalLong swapped = number(group + "/memory.swap.current");
    long most = all.orElse(0) + swapped.orElse(0);
    if (most < LEAST_BYTES) {
      return OptionalLong.empty();
    }
    for (String line : text(group + "/memory.stat").split("\n")) {
      if (line.startsWith("anon ")) {
        OptionalLong anonymous = Numbers.whole(line.substring(5).strip());
        return anonymous.isEmpty()
            ? anonymous
            : OptionalLong.of(anonymous.getAsLong() + swapped.orElse(0));
      }
    }
    return OptionalLong.empty();
  }

  private void byProcess(Map<String, Long> bytes) {
    try (DirectoryStream<Path> processes =
        Files.newDirectoryStream(host.files().path("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        String pid = process.getFileName().toString();
        long own = ofProcess(text("/proc/" + pid + "/status"));
        if (own >= LEAST_PROCESS_BYTES) {
          host.processes()
              .find(Long.parseLong(pid))
              .flatMap(ProcessState::unit)
              .filter(unit -> unit.endsWith(".service") && !unit.startsWith("user@"))
              .ifPresent(unit -> bytes.merge(unit, own, Long::sum));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new HostException("/proc cannot be listed: " + e, e);
    }
  }

  private static long ofProcess(String status) {
    long kilobytes = 0;
    for (String line : status.split("\n")) {
      if ((line.startsWith("RssAnon:") || line.startsWith("VmSwap:")) && line.endsWith(" kB")) {
        String number = line.substring(line.indexOf(':') + 1, line.length() - 3).strip();
        kilobytes += Numbers.whole(number).orElse(0);
      }
    }
    return kilobytes * 1024;
  }

  private OptionalLong number(String file) {
    return Numbers.whole(text(file).strip());
  }

  /** Empty if it has gone meanwhile, or is hidden from us: then it is as good as not there. */
  private String text(String file) {
    try {
      return host.files().read(file).orElse("");
    } catch (HostException e) {
      return "";
    }
  }
}
