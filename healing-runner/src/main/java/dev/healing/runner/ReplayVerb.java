package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.core.json.JsonText;
import dev.healing.core.trace.RecordedLook;
import dev.healing.runner.TraceReplay.Policy;
import dev.healing.runner.TraceReplay.Recorded;
import dev.healing.runner.control.Answer;
import dev.healing.runner.report.Columns;
import dev.healing.runner.report.ReplayPage;
import dev.healing.runner.text.ReplayView;
import dev.healing.runner.text.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code replay (TRACE | --csv METRIC=FILE...) [--config F] [--against G]}: what would this policy
 * have done?
 */
final class ReplayVerb implements Verb {
  private static final String DEFAULTS = "defaults";
  private static final String HELPS = "helps";

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public String summary() {
    return "What this configuration would have made of a trace of 'record'. Changes nothing.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.optional(spec, "TRACE", "A file of 'healing record'.");
    Options.namedSeries(
        spec,
        "Rows of timestamp,value, in the place of a trace;",
        "METRIC like memory.used.fraction.");
    Options.path(spec, "--against", "FILE", "Another configuration, shown beside it.");
    Options.path(
        spec,
        "--html",
        "FILE",
        "A report with charts as well, in a new file that only you can read.");
    spec.addOption(
        OptionSpec.builder("--assume")
            .paramLabel("helps|nothing")
            .type(String.class)
            .completionCandidates(List.of(HELPS, "nothing"))
            .description(
                "What each action would have come to: no trace can tell.",
                "helps (if not given): its problem would be gone;",
                "nothing: all would go on as recorded.")
            .build());
  }

  @Override
  @SuppressWarnings("try") // it is there to be closed
  public int run(Invocation invocation) {
    String assumed = invocation.option("--assume").orElse(HELPS);
    if (!assumed.equals(HELPS) && !assumed.equals("nothing")) {
      throw invocation.wrong("--assume is '" + assumed + "': expected helps or nothing");
    }
    Map<Metric, Path> series = series(invocation);
    if (series.isEmpty() == invocation.operand().isEmpty()) {
      throw invocation.wrong("replay: expected either a trace or --csv METRIC=FILE");
    }
    Recorded recorded =
        new Recorded(invocation.operand().map(Path::of), series, assumed.equals(HELPS));
    List<Policy> policies = policies(invocation);
    ReadShare share = new ReadShare(recorded.trace(), policies.stream().map(Policy::name).toList());
    Optional<Path> report = invocation.path("--html");
    Optional<OutputStream> page = report.map(NewFile::create); // refused before, not after the work
    Columns columns = new Columns();
    ObjectNode json = JsonText.object();
    json.put("trace", invocation.operand().orElseGet(() -> series.values().toString()));
    json.put("assumed", assumed);
    try (Waiting unused = Waiting.on(invocation.err(), invocation.columns(), share::progress)) {
      Consumer<RecordedLook> drawn = page.isPresent() ? columns::add : look -> {};
      json.setAll(new TraceReplay(recorded, share, policies, drawn).run());
      series.keySet().forEach(metric -> known(metric, json, invocation));
      page.ifPresent(out -> write(out, ReplayPage.of(json, columns)));
    } catch (RuntimeException e) {
      report.ifPresent(ReplayVerb::delete);
      throw e;
    }
    return invocation.show(Answer.of(json), ReplayView::lines);
  }

  private static void write(OutputStream to, String page) {
    try (to) {
      to.write(page.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new HealingException(
          "the report cannot be written (" + HostException.reason(e) + "): make room for it", e);
    }
  }

  /** Half a report helps nobody. */
  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Whoever asked for it is told of what went wrong first.
    }
  }

  private static Map<Metric, Path> series(Invocation invocation) {
    Map<Metric, Path> series = new TreeMap<>();
    for (String typed : invocation.texts("--csv")) {
      int equals = typed.lastIndexOf('=');
      if (equals < 1 || equals == typed.length() - 1) {
        throw invocation.wrong(
            "--csv is '" + typed + "': expected METRIC=FILE, as memory.used.fraction=mem.csv");
      }
      Metric metric = Metric.parse(typed.substring(0, equals));
      if (series.put(metric, Path.of(typed.substring(equals + 1))) != null) {
        throw invocation.wrong("--csv: " + metric + " is there twice: expected one file of it");
      }
    }
    return series;
  }

  /** What is not seen with any policy is no answer to what it would have done. */
  private static void known(Metric metric, ObjectNode json, Invocation invocation) {
    for (JsonNode policy : json.path("policies")) {
      if (policy.path("unseen").valueStream().noneMatch(one -> is(metric, one))) {
        return;
      }
    }
    throw invocation.wrong(
        "--csv: nothing here measures "
            + metric
            + ": expected a metric like memory.used.fraction or filesystem.used.fraction{/var}");
  }

  private static boolean is(Metric metric, JsonNode unseen) {
    Metric kind = metric.component().isEmpty() ? metric : Metric.of(metric.name(), "*");
    return unseen.path("what").asString("").equals(kind.toString());
  }

  private static List<Policy> policies(Invocation invocation) {
    List<Policy> policies = new ArrayList<>();
    String name = invocation.configurationFile().map(Path::toString).orElse(DEFAULTS);
    policies.add(new Policy(name, invocation.configuration()));
    invocation
        .path("--against")
        .ifPresent(file -> policies.add(new Policy(file.toString(), YamlConfiguration.read(file))));
    return policies;
  }
}
