package dev.healing.api;

import java.util.List;
import java.util.Optional;

/**
 * What should be done about one incident, and why that and nothing else.
 *
 * @param issue the evidence it was made from
 * @param actions the remedies in the order in which they would be tried, mildest first; after each
 *     one the host is looked at again, and a new plan is made if the issue is still there. Empty
 *     when there is nothing to try.
 * @param rejected the actions that were considered and left out, each with its reason
 * @param reason in words
 */
public record HealingPlan(Issue issue, List<Step> actions, List<Rejected> rejected, String reason) {
  /**
   * One remedy of a plan.
   *
   * @param action what it says of itself
   * @param confidence how likely it is to heal this problem
   * @param standing how far it may go by itself on this type of issue, if it has lost anything
   */
  public record Step(ActionDescription action, Confidence confidence, Optional<Standing> standing) {
    /** One that has lost nothing. */
    public Step(ActionDescription action, Confidence confidence) {
      this(action, confidence, Optional.empty());
    }
  }

  /**
   * An action that was not chosen.
   *
   * @param action which
   * @param why not, in words
   */
  public record Rejected(ActionId action, String why) {}

  /** Copies. */
  public HealingPlan {
    actions = List.copyOf(actions);
    rejected = List.copyOf(rejected);
  }

  /** Whether there is nothing to try. */
  public boolean empty() {
    return actions.isEmpty();
  }

  /**
   * The remedy that is tried now.
   *
   * @throws java.util.NoSuchElementException if the plan is empty
   */
  public Step next() {
    return actions.iterator().next();
  }
}
