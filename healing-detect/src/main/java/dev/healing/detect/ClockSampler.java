package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostContext;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the clock follows the world's, as the time service says that runs: systemd-timesyncd,
 * chrony, ntpd or OpenNTPD. Asked every 10 minutes, and not of systemd-timedated, which would be
 * started for each question. On a host without such a service, as in containers, or without a route
 * to anywhere, nothing is told.
 */
public final class ClockSampler implements Sampler {
  /**
   * Name of whether (1) the clock is synchronised, or not (0); the component is the time service.
   */
  static final String SYNCHRONISED = "clock.synchronised.flag";

  /**
   * After that the kernel does not call it synchronised any more: its error is taken to grow by 500
   * ppm, to more than 16 s (NTP_PHASE_LIMIT).
   */
  private static final Duration STALE = Duration.ofHours(9);

  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final Duration TIME_LIMIT = Duration.ofSeconds(5);
  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  /** {@code tracking}: the fourth of 14 fields is when it last heard, the last one its state. */
  private static final Pattern TRACKING =
      Pattern.compile("(?:[^,\n]*,){3}(\\d{1,11})\\.\\d+,(?:[^,\n]*,){9}([A-Z][A-Za-z ]+)\\s*");

  /** Of the system variables: leap is 11 as long as it is not synchronised (RFC 5905). */
  private static final Pattern LEAP = Pattern.compile("leap=([01][01])");

  /** When the clock was last set or adjusted: seconds since 1900, in hexadecimal. */
  private static final Pattern REFTIME = Pattern.compile("reftime=(?:0x)?([0-9a-f]{8})\\.");

  private static final long SECONDS_1900_TO_1970 = 2_208_988_800L;
  private static final long ERA_SECONDS = 1L << 32;

  /** A service, and how it is asked; the first that runs is. */
  private record Service(String unit, Supplier<Optional<Boolean>> synchronised) {}

  private final HostContext context;
  private final List<Service> services;
  private final Background<Reading> told;

  private ClockSampler(HostContext context) {
    this.context = context;
    this.services =
        List.of(
            new Service("systemd-timesyncd.service", this::timesyncd),
            new Service("chronyd.service", this::chrony),
            new Service("chrony.service", this::chrony),
            new Service("ntpsec.service", this::ntpd),
            new Service("ntp.service", this::ntpd),
            new Service("ntpd.service", this::ntpd),
            new Service("openntpd.service", this::openNtpd));
    this.told = new Background<>(context, "clock", EVERY);
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "clock";
    }

    @Override
    public Sampler create(HostContext context) {
      return new ClockSampler(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(SYNCHRONISED, "*"));
  }

  @Override
  public Reading read() {
    return told.look(this::ask).map(Background.Told::what).orElse(NOTHING);
  }

  private Reading ask() {
    if (!context.systemd().availability().available()) {
      return NOTHING;
    }
    try {
      return services.stream().flatMap(s -> asked(s).stream()).findFirst().orElse(NOTHING);
    } catch (HostException e) {
      String why = String.valueOf(e.getMessage());
      return new Reading(List.of(), List.of(), List.of(new Unreadable(SYNCHRONISED, why)));
    }
  }

  /** Absent if the service does not run. */
  private Optional<Reading> asked(Service service) {
    return context
        .systemd()
        .unit(service.unit())
        .filter(UnitState::active)
        .map(unit -> service.synchronised().get().filter(yes -> yes || leadsSomewhere()))
        .map(yes -> yes.map(flag -> reading(service.unit(), flag)).orElse(NOTHING));
  }

  private Reading reading(String service, boolean synchronised) {
    Metric metric = Metric.of(SYNCHRONISED, service);
    Sample sample = new Sample(metric, synchronised ? 1 : 0, context.time().now());
    return new Reading(List.of(sample), List.of(), List.of());
  }

  /** It touches a file each time, which is not there before the first (systemd-timesyncd(8)). */
  private Optional<Boolean> timesyncd() {
    String file = "/run/systemd/timesync/synchronized";
    try {
      return Optional.of(lately(Files.getLastModifiedTime(context.files().path(file)).toInstant()));
    } catch (NoSuchFileException e) {
      return Optional.of(false);
    } catch (IOException e) {
      throw new HostException(file + " cannot be read: " + HostException.reason(e), e);
    }
  }

  private Optional<Boolean> chrony() {
    return chrony(answer("chronyc", "-c", "-n", "tracking"), context.time().now());
  }

  private Optional<Boolean> ntpd() {
    return ntpd(answer("ntpq", "-n", "-c", "rv 0 leap,reftime"), context.time().now());
  }

  private Optional<Boolean> openNtpd() {
    return openNtpd(answer("ntpctl", "-s", "status"));
  }

  private String answer(String... argv) {
    Result result = context.commands().run(Command.of(TIME_LIMIT, argv));
    // ntpq ends with 0 whatever it meets.
    if (!result.ok() || result.stdout().isBlank()) {
      throw new HostException(argv[0] + ": " + result.complaint());
    }
    return result.stdout();
  }

  /** From what {@code chronyc -c tracking} says; absent if that is not understood. */
  static Optional<Boolean> chrony(String tracking, Instant now) {
    Matcher fields = TRACKING.matcher(tracking);
    if (!fields.matches()) {
      return Optional.empty();
    }
    Instant heard = Instant.ofEpochSecond(Long.parseLong(fields.group(1)));
    return Optional.of(
        !fields.group(2).strip().equals("Not synchronised") && heard.isAfter(now.minus(STALE)));
  }

  /** From what {@code ntpq} says; absent if that is not understood. */
  static Optional<Boolean> ntpd(String variables, Instant now) {
    Matcher leap = LEAP.matcher(variables);
    if (!leap.find()) {
      return Optional.empty();
    }
    if (leap.group(1).equals("11")) {
      return Optional.of(false);
    }
    Matcher reftime = REFTIME.matcher(variables);
    return reftime.find()
        ? Optional.of(since1900(Long.parseLong(reftime.group(1), 16)).isAfter(now.minus(STALE)))
        : Optional.empty();
  }

  /** Before 1970 nobody had it: then it is of the era that begins in 2036. */
  private static Instant since1900(long seconds) {
    long since1970 = seconds - SECONDS_1900_TO_1970;
    return Instant.ofEpochSecond(since1970 < 0 ? since1970 + ERA_SECONDS : since1970);
  }

  /** From what {@code ntpctl} says; absent if that is not understood. */
  static Optional<Boolean> openNtpd(String status) {
    return status.contains("clock synced")
        ? Optional.of(true)
        : status.contains("clock unsynced") ? Optional.of(false) : Optional.empty();
  }

  private boolean lately(Instant at) {
    return at.isAfter(context.time().now().minus(STALE));
  }

  /** No time server is reached without a route to it. */
  private boolean leadsSomewhere() {
    return Routes.leadSomewhere(
        context.files().read("/proc/net/route").orElse(""),
        context.files().read("/proc/net/ipv6_route").orElse(""));
  }
}
