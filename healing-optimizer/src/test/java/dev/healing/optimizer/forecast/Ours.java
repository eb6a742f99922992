package dev.healing.optimizer.forecast;

import java.time.Duration;
import java.time.Instant;

/** What is measured. */
final class Ours implements Method {
  private final Forecaster forecaster = new Forecaster(1);

  @Override
  public void add(long minute, double value) {
    forecaster.add(Instant.ofEpochSecond(60 * minute), value);
  }

  @Override
  public Answer ask(long minute) {
    Instant now = Instant.ofEpochSecond(60 * minute);
    Forecast forecast = forecaster.forecast(now, Duration.ofMinutes(Score.HORIZON));
    return forecast
        .time()
        .map(
            time ->
                new Answer(
                    forecast.reaches(),
                    minutes(now, time.lower()),
                    minutes(now, time.at()),
                    minutes(now, time.upper())))
        .orElse(Answer.NONE);
  }

  private static double minutes(Instant now, Instant then) {
    return Duration.between(now, then).toMillis() / 60e3;
  }
}
