package dev.healing.runner;

import dev.healing.api.Receipt;
import dev.healing.core.EngineJson;
import dev.healing.core.HealingEngine;
import dev.healing.runner.control.Answer;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** One heal by an engine that runs for nothing else. */
final class OneHeal {
  private OneHeal() {}

  static Answer with(HealingEngine engine, Supplier<CompletionStage<Receipt>> attempt) {
    engine.start();
    Receipt receipt = HealVerb.await(attempt.get());
    return Answer.of(
        Requests.exit(receipt, engine.incident(receipt.incident())), EngineJson.receipt(receipt));
  }
}
