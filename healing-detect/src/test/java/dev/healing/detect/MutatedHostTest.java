package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.testkit.HostAround;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All samplers and detectors on a host of which every file and every answer is damaged in another
 * way each time it is read: what is told is plausible or absent, and nothing is thrown. Where it
 * fails, the seed is told. With {@code -Dhealing.nightly=true} a million are damaged.
 */
class MutatedHostTest {
  private static final int MUTATIONS = Boolean.getBoolean("healing.nightly") ? 1_000_000 : 100_000;
  private static final long SEED = Long.getLong("healing.seed", 20_261_126);
  private static final List<String> JUNK =
      List.of(
          "",
          "\n",
          " ",
          "\t",
          "-",
          "-1",
          "0",
          "1",
          "NaN",
          "Infinity",
          "max",
          "1e9",
          "\\040",
          "\\9",
          "9223372036854775807",
          "999999999999999999",
          "99999999999999999999",
          "0x",
          "\0",
          "ü",
          "%",
          "rw",
          "ro",
          "emergency_ro",
          "shutdown",
          " - ",
          "kB",
          "up",
          "down",
          ",task=",
          "/",
          "\ud800");

  /** Or nothing was tested. */
  private static final Set<String> TOLD =
      Set.of(
          "memory.used.fraction",
          "swap.used.fraction",
          "cpu.busy.fraction",
          "load.per_cpu",
          "pressure.full.fraction",
          "filesystem.used.fraction",
          "filesystem.inodes.used.fraction",
          "filesystem.given_up.flag",
          "filesystem.errors.count",
          "service.memory.bytes",
          "service.cpu.stalled.fraction",
          "memory.oom_kills.count",
          "memory.oom_killed.count",
          "swap.traffic.pages_per_second",
          "limit.used.fraction",
          "link.up.flag",
          "clock.synchronised.flag",
          "journal.lost.count",
          "temperature.critical.fraction",
          "disk.wait.seconds");

  @TempDir Path root;
  private final Set<String> told = new TreeSet<>();
  private final Random random = new Random(SEED);
  private long mutations;

  @Test
  void whateverIsReadIsPlausibleOrAbsent() throws Exception {
    Hosts.copy("fault", root);
    Hosts.copy("vm", root);
    Hosts.copy("arrays", root);
    TestHost real = new TestHost(root);
    String counts = Hosts.text("vm", "proc/vmstat"); // its middle, so that it is met more often
    real.files().write("/proc/vmstat", counts.replaceAll("(?m)^(?!pswp|oom|pgpg|pgfault).*\n", ""));
    String memory = Hosts.text("vm", "proc/meminfo");
    real.files().write("/proc/meminfo", memory.replaceAll("(Swap.*:).* 0 kB", "$1 1000 kB"));
    real.files().write("/sys/fs/cgroup/system.slice/memory.current", "1\n");
    real.files().write("/sys/fs/cgroup/memory.events", "max 7\noom 1\noom_kill 4\n");
    ownGroup(real, "/sys/fs/cgroup");
    service(real, "/sys/fs/cgroup/pids/system.slice/app.service");
    service(real, "/sys/fs/cgroup/system.slice/app.service");
    String stalled = "full avg10=90.00 avg60=90.00 avg300=9.00 total=1\n";
    real.files().write("/sys/fs/cgroup/system.slice/app.service/cpu.pressure", stalled);
    real.files().write("/proc/pressure/cpu", "some" + stalled.substring(4));
    Files.createDirectories(root.resolve("sys/dev/block"));
    Files.createSymbolicLink(root.resolve("sys/dev/block/254:0"), Path.of("../block/vda"));
    Files.createSymbolicLink(root.resolve("sys/dev/block/7:0"), Path.of("../block/loop0"));
    real.files().write("/sys/fs/ext4/vda/errors_count", "0\n");
    real.files().write("/sys/fs/ext4/loop0/errors_count", "2\n");
    real.files().write("/run/systemd/journal/socket", "");
    real.files().write("/sys/class/hwmon/hwmon0/name", "nvme\n");
    real.files().write("/sys/class/hwmon/hwmon0/temp1_crit", "84850\n");
    real.files().write("/sys/class/hwmon/hwmon0/temp1_input", "42850\n");
    String throttled =
        "/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_total_time_ms";
    real.files().write(throttled, "12345\n");
    real.systemd().service("chronyd.service");
    Mutated host = new Mutated(real, new Damaged(real.files()));
    List<Sampler> samplers = new ArrayList<>();
    ServiceLoader.load(SamplerProvider.class).forEach(p -> samplers.add(p.create(host)));
    List<Detector> detectors = new ArrayList<>();
    ServiceLoader.load(DetectorProvider.class).forEach(p -> detectors.add(p.create(host)));
    while (mutations < MUTATIONS) {
      look(real, samplers, detectors);
    }
    assertThat(told).as("what could be read all the same").containsAll(TOLD);
  }

  private static void ownGroup(TestHost host, String group) {
    host.files()
        .write(group + "/memory.current", (64 << 20) + "\n")
        .write(group + "/memory.max", (96 << 20) + "\n")
        .write(group + "/memory.high", "max\n")
        .write(group + "/memory.stat", "active_file 4096\ninactive_file 9\nslab_reclaimable 1\n")
        .write(group + "/memory.swap.current", "4096\n")
        .write(group + "/memory.swap.max", "8192\n");
    for (String resource : List.of("cpu", "memory", "io")) {
      host.files()
          .write(group + "/" + resource + ".pressure", Hosts.text("vm", "proc/pressure/io"));
    }
  }

  private static void service(TestHost host, String group) {
    host.files()
        .write(group + "/memory.current", (64 << 20) + "\n")
        .write(group + "/memory.stat", "anon 67108864\nfile 1\nkernel 0\n")
        .write(group + "/memory.swap.current", "4096\n")
        .write(group + "/pids.current", "70\n")
        .write(group + "/pids.max", "100\n");
  }

  private void look(TestHost real, List<Sampler> samplers, List<Detector> detectors) {
    long before = mutations;
    try {
      real.time().advance(Duration.ofMillis(random.nextInt(20_000)));
      HostStates states = HostStates.at(real.time().now());
      for (Sampler sampler : samplers) {
        Reading reading = sampler.read();
        reading.samples().forEach(MutatedHostTest::isPlausible);
        reading.samples().forEach(s -> told.add(s.metric().name()));
        reading.samples().forEach(s -> isDeclared(s.metric(), sampler.metrics()));
        reading.samples().forEach(s -> states.sample(s.metric(), s.value(), s.at()));
        reading.unreadable().forEach(u -> states.unreadable(u.what(), u.why()));
      }
      HostState state = states.build();
      detectors.forEach(detector -> detector.detect(state));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + SEED + ", after " + before + " mutations: " + e, e);
    }
  }

  private static void isDeclared(Metric metric, Set<Metric> declared) {
    if (!declared.contains(metric) && !declared.contains(Metric.of(metric.name(), "*"))) {
      throw new AssertionError(metric + " is told and not among " + declared);
    }
  }

  private static void isPlausible(Sample sample) {
    String name = sample.metric().name();
    double most =
        name.endsWith(".fraction") || name.endsWith(".flag")
            ? 1
            : name.equals("health.score") ? 100 : Double.MAX_VALUE;
    if (!(sample.value() >= 0 && sample.value() <= most)) {
      throw new AssertionError(sample + " is not plausible: expected 0 to " + most);
    }
  }

  /** One damage after another to a text, most often one. */
  private String damaged(String text, List<String> others) {
    mutations++;
    String now = text;
    do {
      now = once(now, others);
    } while (random.nextInt(4) == 0);
    return now;
  }

  private String once(String text, List<String> others) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(40));
    String junk = JUNK.get(random.nextInt(JUNK.size()));
    return switch (random.nextInt(8)) {
      case 0 -> text.substring(0, from);
      case 1 -> text.substring(from);
      case 2 -> text.substring(0, from) + junk + text.substring(to);
      case 3 -> text.substring(0, to) + text.substring(from);
      case 4 -> text.substring(0, from) + (char) random.nextInt(0x180) + text.substring(to);
      case 5 -> text.substring(0, from) + random.nextLong() + text.substring(to);
      case 6 -> number(text, from, junk);
      default -> others.isEmpty() ? junk : others.get(random.nextInt(others.size()));
    };
  }

  /** The next number from here is another one. */
  private String number(String text, int from, String junk) {
    int start = from;
    while (start < text.length() && !Character.isDigit(text.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    String other = random.nextBoolean() ? junk : String.valueOf(random.nextInt(1000));
    return text.substring(0, start) + other + text.substring(end);
  }

  /** Reads what is there, and damages it. */
  private final class Damaged implements HostFiles {
    private final HostFiles whole;
    private final Map<String, String> texts = new HashMap<>();

    Damaged(HostFiles whole) {
      this.whole = whole;
    }

    @Override
    public Optional<String> read(String absolute) {
      String text =
          texts.computeIfAbsent(absolute, name -> whole.read(name).orElse("there is none"));
      return switch (random.nextInt(20)) {
        case 0 -> Optional.empty();
        case 1 -> throw new HostException(absolute + ": Input/output error");
        default -> Optional.of(damaged(text, List.copyOf(texts.values())));
      };
    }

    @Override
    public Space space(String absolute) {
      return new Space(amount(), amount(), amount());
    }

    private long amount() {
      return random.nextBoolean() ? random.nextLong() : random.nextInt(1000) - 10;
    }

    @Override
    public Path path(String absolute) {
      return whole.path(absolute.replace("\0", ""));
    }

    @Override
    public String name(Path path) {
      return whole.name(path);
    }

    @Override
    public void writeSetting(String absolute, String value) {
      throw new AssertionError("whoever looks changes nothing: " + absolute);
    }
  }

  /** Every command says something that is damaged. */
  private CommandRunner damagedCommands() {
    return new CommandRunner() {
      @Override
      public Result run(Command command) {
        String says =
            switch (command.argv().get(0)) {
              case "dmesg" -> Hosts.text("vm", "dmesg");
              case "journalctl" -> Hosts.text("vm", "journalctl.lost");
              case "chronyc" -> Hosts.text("vm", "chronyc.synchronised");
              default -> "1000 600 /\n0 0 /boot\n500 20 /data\n";
            };
        return new Result(random.nextInt(3), damaged(says, List.of()), "", false, false);
      }

      @Override
      public Optional<Path> which(String program) {
        return Optional.empty();
      }
    };
  }

  private final class Mutated extends HostAround {
    private final HostFiles files;
    private final CommandRunner commands = damagedCommands();

    Mutated(TestHost host, HostFiles files) {
      super(host);
      this.files = files;
    }

    @Override
    public HostFiles files() {
      return files;
    }

    @Override
    public CommandRunner commands() {
      return commands;
    }

    @Override
    public Configuration configuration() {
      return Configuration.empty();
    }
  }
}
