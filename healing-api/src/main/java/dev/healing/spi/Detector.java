package dev.healing.spi;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import java.util.Set;

/**
 * Looks at the host state and reports issues.
 *
 * <p>Called once per look by one thread at a time, not always the same; what it keeps needs no
 * lock. A call that takes longer than {@code plugins.deadline} (2 s) is interrupted and left
 * behind, and it is not called again before that one has come back. It may keep what it needs to
 * not flap ("n of the last m", a lower clearing level), and reports a problem as long as it is
 * there. It is also what a heal is validated with: a problem that it no longer reports, and does
 * not call unreadable, is gone.
 */
public interface Detector {
  /** The types of issue that it can report. The same every time; any thread, at once. */
  Set<IssueType> reports();

  /** What is wrong now. */
  Detection detect(HostState state);
}
