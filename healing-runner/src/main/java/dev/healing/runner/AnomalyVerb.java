package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.core.json.JsonText;
import dev.healing.learning.anomaly.Surprise;
import dev.healing.runner.series.Row;
import dev.healing.runner.series.ScoreFile;
import dev.healing.runner.series.SeriesReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.node.ObjectNode;

/** {@code anomaly --csv FILE... [--out DIR]}. */
final class AnomalyVerb implements Verb {
  private static final String HEADER = "timestamp,value,score";
  private static final double DECIMALS = 1e6;

  @Override
  public String name() {
    return "anomaly";
  }

  @Override
  public String summary() {
    return "How strange each value of a series is, given those before it: 0 to 1.";
  }

  @Override
  public void options(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("--csv")
            .paramLabel("FILE")
            .arity("1..*")
            .type(List.class)
            .auxiliaryTypes(Path.class)
            .required(true)
            .description("Rows of timestamp,value.")
            .build());
    spec.addOption(
        OptionSpec.builder("--out")
            .paramLabel("DIR")
            .type(Path.class)
            .description("Write DIR/FOLDER/NAME for each FOLDER/NAME; needed", "for several files.")
            .build());
  }

  @Override
  public int run(Invocation invocation) {
    List<Path> files = invocation.paths("--csv");
    Optional<Path> out = invocation.path("--out");
    if (out.isPresent() && invocation.json()) {
      throw invocation.wrong("--json is for what is printed: expected it without --out");
    }
    if (out.isEmpty()) {
      if (files.size() > 1) {
        throw invocation.wrong(
            files.size() + " files would be printed as one: expected --out DIR with them");
      }
      print(files.get(0), invocation);
      return Exit.DONE;
    }
    return write(targets(files, out.get(), invocation), invocation.err());
  }

  private static void print(Path file, Invocation invocation) {
    boolean json = invocation.json();
    // In larger pieces than lines. Not closed: it is not ours.
    PrintWriter out = new PrintWriter(invocation.out(), false, StandardCharsets.UTF_8);
    try {
      Runnable header = json ? () -> {} : () -> out.println(HEADER);
      score(file, header, row -> out.println(json ? json(row) : csv(row)));
    } finally {
      out.flush();
    }
  }

  /** All that can be written is; those that cannot are told. */
  private static int write(Map<Path, Path> targets, PrintStream err) {
    int exit = Exit.DONE;
    for (Map.Entry<Path, Path> target : targets.entrySet()) {
      try (ScoreFile scores = new ScoreFile(target.getKey())) {
        score(target.getValue(), () -> scores.line(HEADER), row -> scores.line(csv(row)));
        scores.complete();
      } catch (HealingException e) {
        err.println("healing: " + e.getMessage());
        exit = Exit.FAILED;
      }
    }
    return exit;
  }

  /** What is written where, to what is read; two of one name in folders of one name are no pair. */
  private static Map<Path, Path> targets(List<Path> files, Path out, Invocation invocation) {
    Set<Object> read =
        files.stream().flatMap(file -> identity(file).stream()).collect(Collectors.toSet());
    Map<Path, Path> targets = new LinkedHashMap<>();
    for (Path file : files) {
      Path whole = file.toAbsolutePath().normalize();
      Path target = out.toAbsolutePath().normalize();
      for (Path name : whole.subpath(Math.max(0, whole.getNameCount() - 2), whole.getNameCount())) {
        target = target.resolve(name);
      }
      if (identity(target).filter(read::contains).isPresent()) {
        throw invocation.wrong(
            target + ", which is read, would be overwritten: expected another --out");
      }
      Path other = targets.put(target, file);
      if (other != null) {
        throw invocation.wrong(
            other + " and " + file + " would both be written to " + target + ": expected one");
      }
    }
    return targets;
  }

  /** Which file it is, by whatever name or link; empty where there is none. */
  private static Optional<Object> identity(Path file) {
    try {
      return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return Optional.empty(); // it is said when it is read, or written
    }
  }

  private record Scored(Row row, double score) {}

  /**
   * Scores row after row.
   *
   * @param begun is run before the first one
   * @throws HealingException if there is none: who scores a file has data in it, or the wrong file
   */
  private static void score(Path file, Runnable begun, Consumer<Scored> sink) {
    Surprise scorer = new Surprise();
    try (SeriesReader series = new SeriesReader(file)) {
      Optional<Row> row = series.next();
      if (row.isEmpty()) {
        throw new HealingException(file + ": has no row: expected timestamp,value");
      }
      begun.run();
      for (; row.isPresent(); row = series.next()) {
        Row r = row.get();
        // What is missing is not strange: nothing is known of it.
        double score = r.value().isEmpty() ? 0 : scorer.score(r.at(), r.value().getAsDouble());
        sink.accept(new Scored(r, score));
      }
    }
  }

  private static String csv(Scored scored) {
    // Digit by digit: formatting would take longer than scoring.
    String digits = Long.toString(Math.round((1 + scored.score()) * DECIMALS));
    int whole = digits.charAt(0) - '1';
    return scored.row().text() + ',' + whole + '.' + digits.substring(1);
  }

  private static ObjectNode json(Scored scored) {
    ObjectNode json = JsonText.object().put("timestamp", scored.row().at().toString());
    if (scored.row().value().isPresent()) {
      json.put("value", scored.row().value().getAsDouble());
    } else {
      json.putNull("value");
    }
    return json.put("score", scored.score());
  }
}
