package dev.healing.core;

import dev.healing.api.ActionReport;
import dev.healing.core.journal.Intent;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** An action that was started, here or before a crash. */
final class Attempt {
  final Intent intent;
  final String lane;
  final OptionalDouble healthBefore;

  /** Not known to have been carried out: left over from a crash. */
  final boolean leftOver;

  /** A detector had told of the issue before. */
  final boolean seenBefore;

  long dueNanos;
  int blindLooks;

  /** Its action was replaced by another of its name since. */
  boolean replaced;

  List<String> recorded = List.of();
  @Nullable ActionReport report;

  /** Why it was stopped, if it gave way to something else. */
  String gaveWay = "";

  private Attempt(
      Intent intent,
      String lane,
      OptionalDouble healthBefore,
      boolean leftOver,
      boolean seenBefore) {
    this.intent = intent;
    this.lane = lane;
    this.healthBefore = healthBefore;
    this.leftOver = leftOver;
    this.seenBefore = seenBefore;
  }

  static Attempt begun(
      Intent intent, String lane, OptionalDouble healthBefore, boolean seenBefore) {
    return new Attempt(intent, lane, healthBefore, false, seenBefore);
  }

  static Attempt leftOver(Intent intent) {
    return new Attempt(intent, "left over: " + intent.id(), OptionalDouble.empty(), true, false);
  }
}
