package dev.healing.optimizer;

import dev.healing.api.Opportunity.Advice;
import dev.healing.spi.HostFiles;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Settings of a unit as a person would write them: a drop-in of systemd's, or an option of NixOS,
 * where files in /etc are made from the configuration.
 *
 * @param unit for example {@code nginx.service}
 * @param section {@code Service} or {@code Unit}
 * @param why one line, as a comment
 */
record UnitSettings(String unit, String section, Map<String, String> settings, String why) {
  /** Where an option of NixOS belongs. */
  static final String MODULE =
      "a module of the system's configuration, such as /etc/nixos/configuration.nix";

  private static final String NIXOS = "/etc/NIXOS";

  UnitSettings {
    settings = new TreeMap<>(settings);
    why = why.replaceAll("[\\r\\n]+", " ");
  }

  Advice advice(HostFiles files) {
    return onNixos(files) ? option() : dropIn(files);
  }

  /** Whether files in /etc are made from a configuration. */
  static boolean onNixos(HostFiles files) {
    return files.read(NIXOS).isPresent();
  }

  /** A file of its own for each kind of setting: the advice of another is not to be lost. */
  private Advice dropIn(HostFiles files) {
    String path =
        "/etc/systemd/system/"
            + unit
            + ".d/50-healing-"
            + Collections.min(settings.keySet()).toLowerCase(Locale.ROOT)
            + ".conf";
    String before =
        files.read(path).isPresent() ? "There is such a file already, which this replaces. " : "";
    String lines =
        settings.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
            .collect(Collectors.joining());
    return new Advice(
        path,
        "# " + why + "\n[" + section + "]\n" + lines,
        before
            + "Then 'systemctl daemon-reload'; it holds from the next start of "
            + unit
            + ". To undo it, remove the file.");
  }

  private Advice option() {
    String name = unit.replaceFirst("\\.service$", "");
    String lines =
        settings.entrySet().stream()
            .map(entry -> "  " + entry.getKey() + " = " + quoted(entry.getValue()) + ";\n")
            .collect(Collectors.joining());
    String option = section.equals("Unit") ? "unitConfig" : "serviceConfig";
    return new Advice(
        MODULE,
        "# "
            + why
            + "\nsystemd.services."
            + quoted(name)
            + "."
            + option
            + " = {\n"
            + lines
            + "};\n",
        "Then 'nixos-rebuild switch'. To undo it, take it out again.");
  }

  /** As a string of Nix: names that systemd has escaped have a backslash. */
  private static String quoted(String text) {
    String plain = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("${", "\\${");
    return '"' + plain + '"';
  }
}
