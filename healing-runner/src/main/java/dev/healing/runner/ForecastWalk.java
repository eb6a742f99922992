package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.core.json.JsonText;
import dev.healing.optimizer.forecast.Forecaster;
import dev.healing.runner.series.CsvTrace;
import dev.healing.runner.series.InOrder;
import dev.healing.runner.series.Row;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads files a row at a time, and says what the rows so far say.
 *
 * @param limit what is not to be reached, in the unit of the values
 * @param fractions whether the limit is a part of a whole, so that the values must be too
 * @param every a line for each of these; one for the last row where there is none
 */
record ForecastWalk(double limit, boolean fractions, Duration horizon, Optional<Duration> every) {
  /**
   * Prints them.
   *
   * @param told is given what of the file does not count, a line each
   * @throws HealingException if it cannot be read, or there is nothing in it
   */
  void over(Path file, PrintWriter out, Consumer<String> told) {
    Forecaster forecaster = new Forecaster(limit);
    Instant latest = Instant.MIN;
    Instant step = Instant.MAX;
    boolean measured = false;
    try (InOrder series = new InOrder(file, Forecaster.KNOWN, Forecaster.REMEMBERED, told)) {
      for (Optional<Row> row = series.next(); row.isPresent(); row = series.next()) {
        Instant at = row.get().at();
        if (fractions && row.get().value().orElse(0) > CsvTrace.MOST_FRACTION) {
          throw new HealingException(
              file
                  + ":"
                  + row.get().line()
                  + ": "
                  + row.get().value().getAsDouble()
                  + ": expected a fraction of 0 to 1, as --limit is one; for percentages leave its %"
                  + " away");
        }
        if (every.isPresent() && latest.equals(Instant.MIN)) {
          step = at.plus(every.get());
        }
        while (at.isAfter(step)) {
          // Where nothing was measured for long there is nothing to say.
          if (!step.isAfter(latest.plus(Forecaster.KNOWN))) {
            out.println(line(file, forecaster, step));
            step = step.plus(every.get());
          } else {
            step = step.plus(every.get().multipliedBy(steps(step, at)));
          }
        }
        latest = at.isAfter(latest) ? at : latest;
        row.get().value().ifPresent(value -> forecaster.add(at, value));
        measured |= row.get().value().isPresent();
      }
    }
    if (!measured) {
      String what = latest.equals(Instant.MIN) ? "row" : "value in its rows";
      throw new HealingException(file + ": has no " + what + ": expected timestamp,value");
    }
    out.println(line(file, forecaster, latest));
  }

  /** So many that the next is not before this. */
  private long steps(Instant step, Instant at) {
    Duration missing = Duration.between(step, at);
    long whole = missing.dividedBy(every.get());
    return every.get().multipliedBy(whole).equals(missing) ? whole : whole + 1;
  }

  private String line(Path file, Forecaster forecaster, Instant asOf) {
    ObjectNode json = JsonText.object().put("file", file.toString());
    if (every.isPresent()) {
      json.put("asOf", asOf.toString());
    }
    ForecastVerb.put(json, forecaster.forecast(asOf, horizon));
    return JsonText.line(json);
  }
}
