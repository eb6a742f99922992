package dev.healing.spi;

import dev.healing.api.HostException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What memory and swap there is for this host, from /proc/meminfo; in a container, what there is
 * for it alone: of its own control group, see {@link OwnGroup}. What is absurd or cut off is
 * absent.
 */
public record HostMemory(Store memory, Store swap) {
  /** Where it is read. */
  public static final String FILE = "/proc/meminfo";

  private static final String UNIT = " kB";

  /**
   * One of the two, in bytes.
   *
   * @param total that it has, or may have
   * @param used of it; of memory what cannot be had without swapping
   * @param available what is left; in a container it is less than total without used, if its host
   *     has less left
   */
  public record Store(OptionalLong total, OptionalLong used, OptionalLong available) {
    private static final Store UNKNOWN =
        new Store(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

    private static Store of(OptionalLong total, OptionalLong available) {
      return total.isPresent()
              && available.isPresent()
              && total.getAsLong() >= available.getAsLong()
          ? new Store(total, OptionalLong.of(total.getAsLong() - available.getAsLong()), available)
          : UNKNOWN;
    }

    /** From 0 to 1; absent if it is not known, or there is none. */
    public OptionalDouble usedFraction() {
      return used.isPresent() && total.isPresent() && total.getAsLong() > 0
          ? OptionalDouble.of((double) used.getAsLong() / total.getAsLong())
          : OptionalDouble.empty();
    }

    /** Whether there surely is none, so that nothing is missing when its use is absent. */
    public boolean none() {
      return total.equals(OptionalLong.of(0));
    }

    private Store within(OptionalLong limit, OptionalLong own) {
      OptionalLong most = OwnGroup.smaller(total, limit);
      if (total.isEmpty() || own.isEmpty()) {
        return UNKNOWN;
      }
      long has = Math.min(own.getAsLong(), most.getAsLong());
      return new Store(
          most,
          OptionalLong.of(has),
          OwnGroup.smaller(available, OptionalLong.of(most.getAsLong() - has)));
    }
  }

  /**
   * As it is now.
   *
   * @throws HostException if it cannot be read
   */
  public static HostMemory read(HostContext host) {
    return read(host.files(), OwnGroup.of(host));
  }

  /**
   * As it is now, by whoever has looked for the group before.
   *
   * @param group of this host's healer, if its memory is that group's
   * @throws HostException if it cannot be read
   */
  public static HostMemory read(HostFiles files, Optional<OwnGroup> group) {
    HostMemory all =
        parse(files.read(FILE).orElseThrow(() -> new HostException(FILE + " is not there")));
    return group.map(own -> all.within(own, files)).orElse(all);
  }

  /** Of a whole host. */
  public static HostMemory parse(String meminfo) {
    return new HostMemory(
        Store.of(bytes(meminfo, "MemTotal:"), bytes(meminfo, "MemAvailable:")),
        Store.of(bytes(meminfo, "SwapTotal:"), bytes(meminfo, "SwapFree:")));
  }

  private HostMemory within(OwnGroup group, HostFiles files) {
    OptionalLong swapped = group.swapUsedBytes(files);
    return new HostMemory(
        memory.within(group.limitBytes(files), group.usedBytes(files)),
        swapped.isEmpty() ? swap : swap.within(group.swapLimitBytes(files), swapped));
  }

  /** A line without its unit is cut off: its number cannot be trusted either. */
  private static OptionalLong bytes(String text, String key) {
    int start = text.startsWith(key) ? 0 : text.indexOf("\n" + key) + 1;
    if (start == 0 && !text.startsWith(key)) {
      return OptionalLong.empty();
    }
    int end = text.indexOf('\n', start);
    String line = text.substring(start + key.length(), end < 0 ? text.length() : end);
    String number = line.endsWith(UNIT) ? line.substring(0, line.length() - 3).strip() : "";
    return number.matches("\\d{1,15}")
        ? OptionalLong.of(Long.parseLong(number) * 1024)
        : OptionalLong.empty();
  }
}
