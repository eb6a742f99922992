package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.UnitState;
import dev.healing.core.HealingEngine;
import dev.healing.core.PluginInfo;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.runner.control.Answer;
import dev.healing.runner.notify.NotifySettings;
import dev.healing.spi.HostFiles;
import dev.healing.spi.Systemd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code check-config F}. */
final class CheckConfigVerb implements Verb {
  @Override
  public String name() {
    return "check-config";
  }

  @Override
  public String summary() {
    return "Check a configuration file: all problems at once. Changes nothing.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.required(spec, "FILE", "The configuration to check.");
  }

  @Override
  public int run(Invocation invocation) {
    String file = invocation.operand().orElseThrow();
    ObjectNode json = JsonText.object().put("file", file);
    try {
      Configuration configuration = YamlConfiguration.read(Path.of(file));
      try (LinuxHost host = LinuxHost.observe(invocation.stateDirectory());
          HealingEngine engine =
              HealingEngine.builder().host(host).configuration(configuration).build()) {
        json.put("ok", true).putArray("problems");
        ArrayNode warnings = json.putArray("warnings");
        NotifySettings notify = NotifySettings.read(configuration);
        notify.missing(host).forEach(warnings::add);
        notify.inTheClear().forEach(warnings::add);
        unknown(configuration, host.systemd()).forEach(warnings::add);
        engine.plugins().forEach(plugin -> unused(plugin).ifPresent(warnings::add));
        absent(configuration, host.files()).forEach(warnings::add);
        json.put("summary", summary(engine.plugins()));
      }
    } catch (ConfigurationException e) {
      json.put("ok", false);
      e.problems().forEach(json.putArray("problems")::add);
    }
    boolean ok = json.path("ok").asBoolean(false);
    return invocation.show(
        Answer.of(ok ? Exit.DONE : Exit.USAGE, json), (result, style) -> lines(file, result));
  }

  /** Units that are to be protected and are not there: a misspelt name protects nobody. */
  static List<String> unknown(Configuration configuration, Systemd systemd) {
    if (!systemd.availability().available()) {
      return List.of();
    }
    List<String> unknown = new ArrayList<>();
    for (String unit : configuration.section("protect").globs("units", List.of())) {
      String name = UnitState.fullName(unit);
      if (!unit.matches(".*[*?].*") && !known(systemd, name)) {
        unknown.add("protect.units: there is no unit '" + name + "'");
      }
    }
    return unknown;
  }

  /** Mount points with a level of their own that are not there: nothing would be measured. */
  static List<String> absent(Configuration configuration, HostFiles files) {
    Configuration detectors = configuration.section("detectors");
    List<String> absent = new ArrayList<>();
    if (detectors.has("disk_full", "mounts")) {
      for (String mount : detectors.section("disk_full").section("mounts").keys()) {
        absent(files, mount).ifPresent(why -> absent.add("detectors.disk_full.mounts: " + why));
      }
    }
    for (String name : detectors.keys()) {
      if (detectors.has(name, "metric")) {
        Metric metric = Metric.parse(detectors.section(name).text("metric", ""));
        if (metric.name().startsWith("filesystem.")) {
          absent(files, metric.component())
              .ifPresent(why -> absent.add("detectors." + name + ".metric: " + why));
        }
      }
    }
    return absent;
  }

  private static Optional<String> absent(HostFiles files, String path) {
    return path.startsWith("/") && Files.notExists(files.path(path))
        ? Optional.of("there is no '" + path + "'")
        : Optional.empty();
  }

  private static boolean known(Systemd systemd, String name) {
    if (!UnitState.isName(name)) {
      return false;
    }
    try {
      return systemd.unit(name).filter(u -> !u.loadState().equals("not-found")).isPresent();
    } catch (HostException e) {
      return true; // nobody can tell
    }
  }

  private static List<String> lines(String file, JsonNode result) {
    List<String> lines = new ArrayList<>();
    result.path("problems").forEach(problem -> lines.add(problem.asString("")));
    if (lines.isEmpty()) {
      lines.addAll(List.of(file + ": ok", "  " + result.path("summary").asString("")));
    }
    result.path("warnings").forEach(w -> lines.add("  but on this host " + w.asString("")));
    return lines;
  }

  private static Optional<String> unused(PluginInfo plugin) {
    return plugin
        .problem()
        .map(why -> plugin.kind() + " " + plugin.name() + " is not used: " + why);
  }

  private static String summary(List<PluginInfo> plugins) {
    Map<String, Integer> kinds = new TreeMap<>();
    plugins.stream()
        .filter(plugin -> plugin.problem().isEmpty() && !plugin.state().equals("off"))
        .forEach(plugin -> kinds.merge(plugin.kind(), 1, Integer::sum));
    return String.join(
        ", ", kinds.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
  }
}
