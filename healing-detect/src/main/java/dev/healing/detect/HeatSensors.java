package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What tells of heat: temperatures that have a critical limit (Documentation/hwmon/sysfs-interface:
 * "Temperature critical max value, typically greater than corresponding temp_max values", in
 * millidegrees Celsius), and how long processors were slowed down for it.
 *
 * <p>Not {@code temp_max}, which is a "maximum" that some processors are always above under load.
 * Not {@code drivetemp}: "Reading the drive temperature may reset the spin down timer on some
 * drives". And no limit below 50 or above 200 degrees, which is a mistake of a firmware.
 *
 * @param temperatures that have a limit
 * @param processors by the file of the time that each was slowed down for
 */
record HeatSensors(List<Temperature> temperatures, List<Processor> processors) {
  /** Its name for people, the file of its value, and its limit. */
  record Temperature(String name, String file, long criticalMillidegrees) {}

  /** Its name for people, and the file of its time. */
  record Processor(String name, String file) {}

  private static final String MONITORS = "/sys/class/hwmon";
  private static final String PROCESSORS = "/sys/devices/system/cpu";
  private static final long LEAST_CRITICAL = 50_000;
  private static final long MOST_CRITICAL = 200_000;

  /** All that there are; none if there is nothing of the kind. */
  static HeatSensors find(HostFiles files) {
    List<Temperature> temperatures = new ArrayList<>();
    for (String monitor : children(files, MONITORS, "hwmon*")) {
      String name = text(files, monitor + "/name");
      if (!name.equals("drivetemp")) {
        for (String critical : children(files, monitor, "temp*_crit")) {
          add(files, monitor, name, critical, temperatures);
        }
      }
    }
    List<Processor> processors = new ArrayList<>();
    Set<String> packages = new TreeSet<>();
    for (String processor : children(files, PROCESSORS, "cpu[0-9]*")) {
      String file = processor + "/thermal_throttle/package_throttle_total_time_ms";
      String number = text(files, processor + "/topology/physical_package_id");
      if (number(files, file).isPresent() && packages.add(number)) {
        processors.add(new Processor("processor " + number, file));
      }
    }
    return new HeatSensors(temperatures, processors);
  }

  private static void add(
      HostFiles files,
      String monitor,
      String name,
      String criticalFile,
      List<Temperature> temperatures) {
    String sensor = criticalFile.substring(0, criticalFile.length() - "_crit".length());
    OptionalLong critical = number(files, criticalFile);
    if (critical.isEmpty()
        || critical.getAsLong() < LEAST_CRITICAL
        || critical.getAsLong() > MOST_CRITICAL) {
      return;
    }
    String label = text(files, sensor + "_label");
    String which = label.isEmpty() ? sensor.substring(sensor.lastIndexOf('/') + 1) : label;
    temperatures.add(
        new Temperature(
            device(files, monitor, name) + "/" + which, sensor + "_input", critical.getAsLong()));
  }

  /** There may be several of one name: nvme0, coretemp.1, amdgpu 0000:03:00.0. */
  private static String device(HostFiles files, String monitor, String name) {
    try {
      String device = files.path(monitor + "/device").toRealPath().getFileName().toString();
      return device.startsWith(name) ? device : name + " " + device;
    } catch (IOException e) {
      return name;
    }
  }

  static OptionalLong number(HostFiles files, String file) {
    return Numbers.whole(text(files, file));
  }

  /** Empty if it is not there, or does not answer, as of a device that sleeps. */
  private static String text(HostFiles files, String file) {
    try {
      return files.read(file).orElse("").strip();
    } catch (HostException e) {
      return "";
    }
  }

  private static List<String> children(HostFiles files, String directory, String glob) {
    Path place = files.path(directory);
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(place)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(place, glob)) {
        all.forEach(one -> names.add(directory + "/" + one.getFileName()));
      } catch (IOException | DirectoryIteratorException e) {
        return List.of(); // it has gone meanwhile
      }
    }
    names.sort(null);
    return names;
  }
}
