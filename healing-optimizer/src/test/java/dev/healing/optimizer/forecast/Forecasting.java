package dev.healing.optimizer.forecast;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Run by benchmarks/forecast: how well filling is predicted, on traces whose future is known. */
final class Forecasting {
  private Forecasting() {}

  /**
   * Prints the table.
   *
   * @param arguments how many traces, the first of their seeds, and with a third one which were
   *     wrong
   */
  public static void main(String[] arguments) {
    int traces = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    boolean verbose = arguments.length > 2;
    Map<String, Supplier<Method>> methods = new LinkedHashMap<>();
    methods.put("used > 0.90 for 10 min", Baselines.Threshold::new);
    methods.put("least squares over 6 h", Baselines.Straight::new);
    methods.put("healing", Ours::new);
    ForecastCost.print();
    for (boolean heldBack : new boolean[] {false, true}) {
      List<Trace> all = traces(traces, seed, heldBack);
      System.out.println(
          all.size() + (heldBack ? " traces of kinds held back" : " traces") + ", seed " + seed);
      methods.forEach((name, method) -> print(name, method, all, verbose));
    }
  }

  static List<Trace> traces(int count, long seed, boolean heldBack) {
    List<Kind> filling = new ArrayList<>();
    List<Kind> healthy = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kind.heldBack == heldBack) {
        (kind.fills ? filling : healthy).add(kind);
      }
    }
    List<Trace> traces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Kind> kinds = i % 2 == 0 ? filling : healthy;
      traces.add(Trace.of(kinds.get(i / 2 % kinds.size()), seed + i));
    }
    return traces;
  }

  private static void print(
      String name, Supplier<Method> method, List<Trace> traces, boolean verbose) {
    Score all = new Score();
    Map<Kind, Score> kinds = new EnumMap<>(Kind.class);
    List<Score> scores = traces.parallelStream().map(trace -> Score.of(trace, method)).toList();
    for (int i = 0; i < scores.size(); i++) {
      all.add(scores.get(i));
      kinds.computeIfAbsent(traces.get(i).kind(), kind -> new Score()).add(scores.get(i));
    }
    System.out.println(name + ": " + all);
    kinds.forEach(
        (kind, score) -> {
          System.out.println("    " + kind + ": " + score);
          if (verbose) {
            score.wrong.stream().limit(12).forEach(line -> System.out.println("        " + line));
          }
        });
  }
}
