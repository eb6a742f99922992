package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.core.HealingEngine;
import dev.healing.core.Replay;
import dev.healing.core.Replayed;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceReader;
import dev.healing.runner.control.Answer;
import dev.healing.runner.control.Json;
import dev.healing.runner.report.Columns;
import dev.healing.runner.report.ReplayPage;
import dev.healing.runner.series.CsvTrace;
import dev.healing.runner.text.ReplayView;
import dev.healing.runner.text.Waiting;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.node.ArrayNode;
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
    spec.addOption(
        OptionSpec.builder("--csv")
            .paramLabel("METRIC=FILE")
            .arity("1..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .description(
                "Rows of timestamp,value, in the place of a trace;",
                "METRIC like memory.used.fraction.")
            .build());
    spec.addOption(
        OptionSpec.builder("--against")
            .paramLabel("FILE")
            .type(Path.class)
            .description("Another configuration, shown beside it.")
            .build());
    spec.addOption(
        OptionSpec.builder("--html")
            .paramLabel("FILE")
            .type(Path.class)
            .description("A report with charts as well, in a new file that only you can read.")
            .build());
    spec.addOption(
        OptionSpec.builder("--assume")
            .paramLabel("helps|nothing")
            .type(String.class)
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
    ObjectNode json = Json.object();
    json.put("trace", invocation.operand().orElseGet(() -> series.values().toString()));
    json.put("assumed", assumed);
    ArrayNode policies = json.putArray("policies");
    List<Path> files =
        invocation
            .operand()
            .map(file -> List.of(Path.of(file)))
            .orElseGet(() -> List.copyOf(series.values()));
    List<Policy> both = policies(invocation);
    Optional<Path> report = invocation.path("--html");
    Optional<OutputStream> page = report.map(NewFile::create); // refused before, not after the work
    try {
      Columns columns = new Columns();
      for (Policy policy : both) {
        boolean drawn = page.isPresent() && policies.isEmpty();
        Consumer<RecordedLook> seen = drawn ? columns::add : look -> {};
        ReadShare share = new ReadShare(files);
        try (Waiting unused =
            Waiting.on(
                invocation.err(), invocation.terminal(), () -> share.progress(policy.name()))) {
          policies.add(
              invocation.operand().isPresent()
                  ? ofTrace(files.get(0), share, policy, json, assumed.equals(HELPS), seen)
                  : ofSeries(series, policy, json, assumed.equals(HELPS), seen));
        }
      }
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
      throw new HealingException("the report cannot be written (" + e + "): make room for it", e);
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

  /** A configuration by its name. */
  private record Policy(String name, Configuration configuration) {}

  private static List<Policy> policies(Invocation invocation) {
    List<Policy> policies = new ArrayList<>();
    String name = invocation.configurationFile().map(Path::toString).orElse(DEFAULTS);
    policies.add(new Policy(name, invocation.configuration()));
    invocation
        .path("--against")
        .ifPresent(file -> policies.add(new Policy(file.toString(), YamlConfiguration.read(file))));
    return policies;
  }

  private static ObjectNode ofTrace(
      Path file,
      ReadShare share,
      Policy policy,
      ObjectNode about,
      boolean helps,
      Consumer<RecordedLook> seen) {
    try (TraceReader trace = new TraceReader(share.of(Files.newInputStream(file)))) {
      Whole looks = new Whole(trace);
      ObjectNode json = replayed(policy, trace.header().bootId(), shown(looks, seen), about, helps);
      about.put("recordedBy", trace.header().recordedBy()).put("torn", trace.torn());
      put(about, "damage", looks.damage);
      return json;
    } catch (NoSuchFileException e) {
      throw new HealingException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new HealingException(file + " cannot be read: " + e, e);
    } catch (HealingException e) {
      throw new HealingException(file + ": " + e.getMessage(), e);
    }
  }

  /** The looks of a trace up to where it is damaged: what is before can be used. */
  private static final class Whole implements Supplier<Optional<RecordedLook>> {
    private final TraceReader trace;
    private Optional<String> damage = Optional.empty();

    private Whole(TraceReader trace) {
      this.trace = trace;
    }

    @Override
    public Optional<RecordedLook> get() {
      try {
        return damage.isPresent() ? Optional.empty() : trace.next();
      } catch (HealingException e) {
        damage = Optional.of(String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }
  }

  private static ObjectNode ofSeries(
      Map<Metric, Path> series,
      Policy policy,
      ObjectNode about,
      boolean helps,
      Consumer<RecordedLook> seen) {
    try (CsvTrace trace = new CsvTrace(series)) {
      return replayed(policy, "csv", shown(trace::next, seen), about, helps);
    }
  }

  /** The same looks, each of which somebody else sees as well. */
  private static Supplier<Optional<RecordedLook>> shown(
      Supplier<Optional<RecordedLook>> trace, Consumer<RecordedLook> seen) {
    return () -> {
      Optional<RecordedLook> look = trace.get();
      look.ifPresent(seen);
      return look;
    };
  }

  private static ObjectNode replayed(
      Policy policy,
      String bootId,
      Supplier<Optional<RecordedLook>> trace,
      ObjectNode about,
      boolean helps) {
    HealingEngine.Builder engine = HealingEngine.builder().configuration(policy.configuration());
    Replayed replayed = Replay.run(engine, bootId, trace, helps);
    about.put("from", replayed.from().toString()).put("to", replayed.to().toString());
    about.put("looks", replayed.looks());
    ObjectNode json = json(policy.name(), replayed);
    json.set("levels", Levels.of(policy.configuration()));
    return json;
  }

  private static ObjectNode json(String name, Replayed replayed) {
    ObjectNode json = Json.object().put("config", name);
    ObjectNode counts = json.putObject("counts");
    counts.put("problems", replayed.problems().size());
    counts.put("started", replayed.count(Replayed.Step.STARTED));
    counts.put("asked", replayed.count(Replayed.Step.ASKED));
    counts.put("heldBack", replayed.count(Replayed.Step.HELD_BACK));
    counts.put("handedOver", replayed.count(Replayed.Step.HANDED_OVER));
    counts.put(
        "perhapsNeedless",
        replayed.problems().stream().filter(Replayed.Problem::perhapsNeedless).count());
    counts.put("missed", replayed.problems().stream().filter(p -> p.missed(replayed.to())).count());
    ArrayNode problems = json.putArray("problems");
    replayed.problems().forEach(problem -> problems.add(json(problem, replayed)));
    ArrayNode unseen = json.putArray("unseen");
    replayed
        .unseen()
        .forEach(one -> unseen.addObject().put("what", one.what()).put("why", one.why()));
    return json;
  }

  private static ObjectNode json(Replayed.Problem problem, Replayed replayed) {
    var issue = problem.incident().issue();
    ObjectNode json =
        Json.object()
            .put("id", problem.incident().id())
            .put("type", issue.type().toString())
            .put("severity", issue.severity().name())
            .put("description", issue.description())
            .put("firstSeen", problem.incident().firstSeen().toString());
    ArrayNode components = json.putArray("components");
    issue.components().forEach(components::add);
    ObjectNode metrics = json.putObject("metrics");
    issue.metrics().forEach(metrics::put);
    put(json, "over", problem.over().map(Object::toString));
    put(json, "cause", problem.incident().cause());
    json.put("perhapsNeedless", problem.perhapsNeedless());
    json.put("missed", problem.missed(replayed.to()));
    ArrayNode would = json.putArray("would");
    for (Replayed.Would one : problem.would()) {
      ObjectNode step = would.addObject();
      step.put("at", one.at().toString()).put("step", one.step().name());
      put(step, "action", one.action().map(Object::toString));
      step.put("why", one.why());
    }
    return json;
  }

  private static void put(ObjectNode json, String member, Optional<String> value) {
    json.put(member, value.orElse(null));
  }
}
