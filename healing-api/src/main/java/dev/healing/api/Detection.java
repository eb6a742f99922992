package dev.healing.api;

import java.util.List;

/**
 * What a detector found in one look.
 *
 * @param issues all problems of its kind that are there now, also those reported before
 * @param unreadable components that it could not judge. A problem that is neither reported nor
 *     unreadable is gone.
 */
public record Detection(List<Issue> issues, List<Unreadable> unreadable) {
  /** Looked, and all is well. */
  public static final Detection NOTHING = new Detection(List.of(), List.of());

  /** Copies. */
  public Detection {
    issues = List.copyOf(issues);
    unreadable = List.copyOf(unreadable);
  }

  /** A detection in which everything could be judged. */
  public static Detection of(List<Issue> issues) {
    return new Detection(issues, List.of());
  }
}
