package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HostException;
import dev.healing.api.Outcome;
import dev.healing.spi.ActionHistory;
import dev.healing.testkit.InMemoryStateStore;
import dev.healing.testkit.SimulatedCrash;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** A journal that is used, crashed, rebooted and reopened at random. */
class JournalProperties {
  private static final Duration HOUR = Duration.ofHours(1);

  enum Step {
    ADD,
    CLOSE_OLDEST,
    COMMIT,
    CRASH,
    DISK_FULL,
    DISK_FINE,
    TIME,
    CLOCK_BACK,
    REBOOT
  }

  /** What is known to be durable: when it really was, and whether its mark is durable too. */
  private record Truth(Intent intent, Duration at, boolean marked) {}

  @Property(tries = 500)
  void whatWasCommittedIsThereAndNoCountIsSmallerThanTheTruth(
      @ForAll @Size(max = 60) List<Step> steps) {
    World world = new World();
    steps.forEach(world::step);
    world.reopen();
    world.check();
  }

  private static final class World {
    private final InMemoryStateStore store = new InMemoryStateStore();
    private final VirtualTime time = new VirtualTime();
    private final Map<String, Truth> durable = new LinkedHashMap<>();
    private final Map<String, Truth> pending = new LinkedHashMap<>();
    private final Map<String, Duration> started = new HashMap<>();
    private Journal journal = new Journal(store, time);
    private final Set<String> closed = new HashSet<>();
    private int ids;
    private int crashes;

    void step(Step step) {
      try {
        act(step);
      } catch (SimulatedCrash crash) {
        reopen();
      } catch (HostException full) {
        pending.values().removeIf(truth -> !durable.containsKey(truth.intent().id()));
      }
      check();
    }

    private void act(Step step) {
      switch (step) {
        case ADD -> {
          String id = "i" + ++ids + ".1";
          Intent intent = Given.intent(id, time.now(), Given.RESTART, "unit" + ids % 3);
          journal.add(intent);
          started.put(id, time.elapsed());
          pending.put(id, new Truth(intent, startedAt(intent), false));
        }
        case CLOSE_OLDEST ->
            journal.open().stream()
                .findFirst()
                .ifPresent(
                    intent -> {
                      Truth known = pending.getOrDefault(intent.id(), durable.get(intent.id()));
                      if (known == null) {
                        // Not acknowledged, and yet written before the crash.
                        known = new Truth(intent, startedAt(intent), false);
                      }
                      closed.add(intent.id());
                      journal.close(Given.receipt(intent, Outcome.HEALED, time.now()));
                      pending.put(intent.id(), new Truth(known.intent(), known.at(), true));
                    });
        case COMMIT -> {
          journal.commit();
          durable.putAll(pending);
          pending.clear();
        }
        case CRASH -> store.crashAfter(1, ++crashes);
        case DISK_FULL -> store.failWrites("No space left on device");
        case DISK_FINE -> store.healWrites();
        case TIME -> time.advance(Duration.ofMinutes(17));
        case CLOCK_BACK -> time.jumpWall(Duration.ofHours(-7));
        case REBOOT -> {
          time.reboot();
          reopen();
        }
      }
    }

    private Duration startedAt(Intent intent) {
      return Objects.requireNonNull(started.get(intent.id()));
    }

    private void reopen() {
      store.restart();
      pending.clear();
      journal = new Journal(store, time);
    }

    private void check() {
      if (store.crashed()) {
        return;
      }
      assertThat(journal.damaged()).isEmpty();
      List<String> recent = new ArrayList<>();
      durable.forEach(
          (id, truth) -> {
            if (time.elapsed().minus(truth.at()).compareTo(HOUR) < 0) {
              recent.add(id);
            }
          });
      assertThat(journal.within(HOUR)).extracting(ActionHistory.Entry::intent).containsAll(recent);
      List<String> open = journal.open().stream().map(Intent::id).toList();
      durable.forEach(
          (id, truth) -> {
            boolean mayBeMarked = closed.contains(id);
            assertThat(mayBeMarked || open.contains(id)).as(id + " without a mark").isTrue();
            assertThat(!truth.marked() || !open.contains(id)).as(id + " with a mark").isTrue();
          });
    }
  }
}
