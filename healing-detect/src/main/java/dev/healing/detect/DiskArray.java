package dev.healing.detect;

import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An array of disks as the kernel sees it (Documentation/admin-guide/md.rst; of btrfs
 * Documentation/ABI/testing/sysfs-fs-btrfs).
 *
 * @param kind such as raid1, or btrfs
 * @param members that it should have
 * @param missing of them
 * @param failed members that are there and failed, by name
 * @param broken whether nothing can be read from it any more for what is missing
 * @param rebuilding how much of what is missing is on another one already, 0 to 1, if that is under
 *     way
 * @param mismatches sectors that the last check found to differ, where that means that data is
 *     damaged
 */
record DiskArray(
    String kind,
    long members,
    long missing,
    List<String> failed,
    boolean broken,
    Optional<Double> rebuilding,
    long mismatches) {
  private static final String BLOCK = "/sys/block";
  private static final String BTRFS = "/sys/fs/btrfs";
  private static final Pattern PROGRESS = Pattern.compile("(\\d{1,18}) / ([1-9]\\d{0,17})");

  /** Tells each array and its name: the kernel's, or the label of a btrfs. */
  static void all(HostFiles files, BiConsumer<String, DiskArray> found) throws IOException {
    for (String place : FileSystemErrors.below(files, BLOCK)) {
      String state = last(place).startsWith("md") ? text(files, place + "/md/array_state") : "";
      if (!state.isEmpty() && !state.equals("clear") && !state.equals("inactive")) {
        found.accept(last(place), ofMd(files, place + "/md", state));
      }
    }
    for (String place : FileSystemErrors.below(files, BTRFS)) {
      List<String> devices = FileSystemErrors.below(files, place + "/devinfo");
      if (devices.size() > 1) {
        List<String> missing =
            devices.stream().filter(one -> text(files, one + "/missing").equals("1")).toList();
        String label = text(files, place + "/label");
        found.accept(
            label.isEmpty() ? last(place) : label,
            new DiskArray(
                "btrfs", devices.size(), missing.size(), List.of(), false, Optional.empty(), 0));
      }
    }
  }

  private static DiskArray ofMd(HostFiles files, String md, String state) throws IOException {
    String kind = text(files, md + "/level");
    List<String> failed = new ArrayList<>();
    for (String member : FileSystemErrors.below(files, md)) {
      if (last(member).startsWith("dev-")
          && List.of(text(files, member + "/state").split(",")).contains("faulty")) {
        failed.add(last(member).substring("dev-".length()));
      }
    }
    boolean recovers = text(files, md + "/sync_action").equals("recover");
    // What differs on the copies of RAID 1 and 10 may be swap, which nobody reads again: md(4).
    boolean damaged =
        kind.matches("raid[456]") && !text(files, md + "/last_sync_action").equals("repair");
    return new DiskArray(
        kind,
        number(files, md + "/raid_disks"),
        number(files, md + "/degraded"),
        failed,
        state.equals("broken"),
        recovers ? Optional.of(progress(text(files, md + "/sync_completed"))) : Optional.empty(),
        damaged ? number(files, md + "/mismatch_cnt") : 0);
  }

  private static double progress(String completed) {
    Matcher sectors = PROGRESS.matcher(completed);
    return sectors.matches()
        ? Math.min(1, Double.parseDouble(sectors.group(1)) / Double.parseDouble(sectors.group(2)))
        : 0;
  }

  /** 0 if it is not there: without redundancy nothing is degraded. */
  private static long number(HostFiles files, String file) {
    return Numbers.whole(text(files, file)).orElse(0);
  }

  private static String text(HostFiles files, String file) {
    return files.read(file).orElse("").strip();
  }

  private static String last(String place) {
    return place.substring(place.lastIndexOf('/') + 1);
  }

  boolean well() {
    return missing == 0 && failed.isEmpty() && !broken && mismatches == 0;
  }

  /** What is wrong with it, for people. */
  String told() {
    List<String> told = new ArrayList<>();
    if (broken) {
      told.add("nothing can be read from it any more");
    }
    if (missing > 0) {
      told.add(
          missing
              + " of its "
              + members
              + " members "
              + (missing == 1 ? "is" : "are")
              + " missing");
    }
    if (!failed.isEmpty()) {
      told.add(String.join(", ", failed) + (failed.size() == 1 ? " has" : " have") + " failed");
    }
    rebuilding.ifPresent(done -> told.add("it is being rebuilt, " + Texts.percent(done) + " done"));
    if (mismatches > 0) {
      told.add("a check found " + mismatches + " sectors that do not agree: data is damaged");
    }
    return kind + ", " + String.join("; ", told);
  }

  /** What a person can do. */
  String advice(String name) {
    return kind.equals("btrfs")
        ? "'btrfs filesystem show' tells which; put in another and run 'btrfs replace start'"
        : "'mdadm --detail /dev/"
            + name
            + "' tells more"
            + (missing > 0 && rebuilding.isEmpty()
                ? "; put in another and run 'mdadm /dev/" + name + " --add DEVICE'"
                : "");
  }
}
