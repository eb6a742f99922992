package dev.healing.core.replay;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.HostState;
import dev.healing.api.Opportunity;
import dev.healing.api.Receipt;
import dev.healing.api.SelfRecovery;
import dev.healing.spi.Healer;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.Listener;
import dev.healing.spi.ListenerProvider;
import dev.healing.spi.Optimizer;
import dev.healing.spi.OptimizerProvider;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What stands in a replay in the place of plugins that look ahead, tell or learn: made as they are,
 * so that what is wrong with their configuration is told, and then silent.
 */
final class Muted {
  private Muted() {}

  /** What would be worth doing is measured on the host as it is today, which is another. */
  static OptimizerProvider idle(OptimizerProvider real) {
    return new OptimizerProvider() {
      @Override
      public String name() {
        return real.name();
      }

      @Override
      public Optimizer create(HostContext context, Healer healer) {
        real.create(context, healer); // so that what is wrong with its configuration is told
        return new Optimizer() {
          @Override
          public List<Opportunity> findOpportunities(HostState state) {
            return List.of();
          }

          @Override
          public CompletionStage<Receipt> apply(Opportunity opportunity, Healer other) {
            throw new IllegalStateException("nothing is worth doing in a replay");
          }
        };
      }
    };
  }

  static ListenerProvider deaf(ListenerProvider real) {
    return new ListenerProvider() {
      @Override
      public String name() {
        return real.name();
      }

      @Override
      public Listener create(HostContext context) {
        real.create(context); // so that what is wrong with its configuration is told
        return event -> {};
      }
    };
  }

  static KnowledgeBaseProvider forgetful(KnowledgeBaseProvider real) {
    return new KnowledgeBaseProvider() {
      @Override
      public String name() {
        return real.name();
      }

      @Override
      public KnowledgeBase create(HostContext context) {
        return new Forgetful(real.create(context));
      }
    };
  }

  /** Knows nothing yet, and learns nothing from what was not done. */
  private record Forgetful(KnowledgeBase real) implements KnowledgeBase {
    @Override
    public Confidence confidence(Fingerprint fingerprint, ActionId action) {
      return real.confidence(fingerprint, action);
    }

    @Override
    public Optional<SelfRecovery> selfRecovery(
        Fingerprint fingerprint, Duration soFar, Duration most) {
      return real.selfRecovery(fingerprint, soFar, most);
    }

    @Override
    public void record(Collection<Receipt> receipts) {}

    @Override
    public String export() {
      return real.export();
    }

    @Override
    public String export(int mostProblems) {
      return real.export(mostProblems);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
