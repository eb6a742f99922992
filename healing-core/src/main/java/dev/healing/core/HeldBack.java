package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.api.IssueType;
import dev.healing.api.Opportunity;
import dev.healing.api.Standing;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Why what is worth doing is not done by itself now, beside what its finder says of the time, and
 * what lets it: the off switch, the operator's autonomy, and what an action has lost of that.
 *
 * @param engine why nothing of it is; empty if nothing holds all of it back
 * @param autonomies the operator's for each action
 * @param standings what an action has lost of that on a type of issue
 */
record HeldBack(
    Optional<String> engine,
    Map<ActionId, Autonomy> autonomies,
    BiFunction<IssueType, ActionId, Optional<Standing>> standings) {

  /** The same with that; what waits for a person's word all the same is not held back. */
  Opportunity tell(Opportunity found) {
    if (!found.safeToAutomate() || found.action().isEmpty()) {
      return found;
    }
    ActionId action = found.action().get();
    String soon = found.waits().isEmpty() ? "" : "; " + found.waits();
    return engine
        .or(() -> autonomy(found, action))
        .map(why -> found.waiting(why + soon))
        .orElseGet(() -> soon.isEmpty() ? found : found.waiting(found.waits() + asked(found.id())));
  }

  /** What holds it back holds only by itself. */
  private static String asked(String id) {
    return "; 'healing opportunities --apply " + id + "' asks for it";
  }

  private Optional<String> autonomy(Opportunity found, ActionId action) {
    Autonomy ceiling = autonomies.getOrDefault(action, Autonomy.AUTO);
    Optional<Standing> lost =
        standings.apply(found.issue().type(), action).filter(s -> s.of(ceiling) != ceiling);
    Autonomy left = lost.map(standing -> standing.of(ceiling)).orElse(ceiling);
    if (left == Autonomy.AUTO) {
      return Optional.empty();
    }
    String why =
        lost.map(standing -> said(left) + ", since " + standing.reason())
            .orElse("actions." + action + ".autonomy is " + said(left));
    return Optional.of(why + ": " + far(left, found.id()));
  }

  /** What it means for somebody who wants it done. */
  private static String far(Autonomy left, String id) {
    if (left == Autonomy.OBSERVE) {
      return "nothing is done, not even on request";
    }
    String done = left == Autonomy.CONFIRM ? "asked about first" : "done on request only";
    return done + asked(id);
  }

  private static String said(Autonomy autonomy) {
    return autonomy.name().toLowerCase(Locale.ROOT);
  }
}
