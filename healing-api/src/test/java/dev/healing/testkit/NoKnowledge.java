package dev.healing.testkit;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.Receipt;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import java.util.Collection;

/** Knows nothing and learns nothing. */
public final class NoKnowledge implements KnowledgeBaseProvider, KnowledgeBase {
  @Override
  public String name() {
    return "none";
  }

  @Override
  public KnowledgeBase create(HostContext context) {
    return this;
  }

  @Override
  public Confidence confidence(Fingerprint fingerprint, ActionId action) {
    return Confidence.UNKNOWN;
  }

  @Override
  public void record(Collection<Receipt> receipts) {}

  @Override
  public String export() {
    return "{}";
  }
}
