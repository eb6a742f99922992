package dev.healing.core;

import dev.healing.api.Receipt;
import dev.healing.spi.StateStore;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** What was decided and done, as written in audit.jsonl. */
public final class Audit {
  /** Reads and writes in this store. */
  public Audit(StateStore store) {}

  /** The newest receipts, newest first. */
  public List<Receipt> history(int most) {
    throw new UnsupportedOperationException();
  }

  /**
   * All that was written about an incident (id or unique prefix), oldest first: decisions and
   * receipts as JSON.
   */
  public List<ObjectNode> trail(String incidentId) {
    throw new UnsupportedOperationException();
  }
}
