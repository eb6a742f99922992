package dev.healing.runner;

import dev.healing.api.Receipt;
import dev.healing.core.EngineBuilder;
import dev.healing.core.EngineJson;
import dev.healing.core.HealingEngine;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Waiting;
import java.io.PrintStream;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Without a daemon: this process takes its place for one heal, and does nothing else. */
final class OneHeal {
  private OneHeal() {}

  /**
   * Heals it.
   *
   * @param err where it is shown how far that is
   * @param columns of the terminal on which somebody sees it
   * @param chosen looks at what there is with an engine that is not started yet, and gives the
   *     attempt to be made once it is
   */
  @SuppressWarnings("try") // it is there to be closed
  static Answer with(
      PrintStream err,
      OptionalInt columns,
      EngineBuilder builder,
      Function<HealingEngine, Supplier<CompletionStage<Receipt>>> chosen) {
    try (HealingEngine engine = builder.automatic(false).build()) {
      Supplier<CompletionStage<Receipt>> attempt = chosen.apply(engine);
      engine.start();
      Receipt receipt;
      try (Waiting unused = Waiting.on(err, columns, () -> UnderWay.of(engine))) {
        receipt = HealVerb.await(attempt.get());
      }
      return Answer.of(
          Requests.exit(receipt, engine.incident(receipt.incident())), EngineJson.receipt(receipt));
    }
  }
}
