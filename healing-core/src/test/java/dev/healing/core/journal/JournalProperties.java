package dev.healing.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.HostException;
import dev.healing.api.Outcome;
import dev.healing.core.Given;
import dev.healing.spi.ActionHistory;
import dev.healing.testkit.InMemoryStateStore;
import dev.healing.testkit.SimulatedCrash;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
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

/** A journal that is used, crashed, rebooted and reopened at random, by clocks that jump. */
class JournalProperties {
  private static final List<Duration> WINDOWS = List.of(Duration.ofHours(1), Duration.ofDays(1));
  private static final Duration EVER = Duration.ofDays(365);

  enum Step {
    ADD,
    CLOSE_OLDEST,
    COMMIT,
    CRASH,
    DISK_FULL,
    DISK_FINE,
    TIME,
    CLOCK_BACK,
    CLOCK_AHEAD,
    REBOOT
  }

  /** What is known to be durable, and whether its mark is durable too. */
  private record Truth(Intent intent, boolean marked) {}

  @Property(tries = 1_000)
  void whatWasCommittedIsThereAndNothingCountsAsOlderThanItIs(
      @ForAll @Size(max = 60) List<Step> steps) {
    World world = new World();
    steps.forEach(world::step);
    world.reopen();
    world.check();
  }

  @Property(tries = 200)
  void byAClockThatIsRightAgesAreRight(@ForAll @Size(max = 60) List<Step> steps) {
    World world = new World();
    steps.stream()
        .filter(step -> step != Step.CLOCK_BACK && step != Step.CLOCK_AHEAD)
        .forEach(world::step);
    world.reopen();
    world
        .journal
        .within(EVER)
        .forEach(entry -> assertThat(entry.age()).isEqualTo(world.since(entry.intent())));
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

    /** By how much the wall clock is ahead of the truth. */
    private Duration ahead = Duration.ZERO;

    /** By how much it was ahead at most, that we can be sure is written, in the boot told last. */
    private Duration aheadAtMost = Duration.ZERO;

    private String bootTold = "";

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
          if (!time.bootId().equals(bootTold) && ahead.compareTo(aheadAtMost) < 0) {
            aheadAtMost = ahead; // written by a crash, it may be all that is told of this boot
          }
          pending.put(id, new Truth(intent, false));
        }
        case CLOSE_OLDEST ->
            journal.open().stream()
                .findFirst()
                .ifPresent(
                    intent -> {
                      Truth known = pending.getOrDefault(intent.id(), durable.get(intent.id()));
                      if (known == null) {
                        // Not acknowledged, and yet written before the crash.
                        known = new Truth(intent, false);
                      }
                      closed.add(intent.id());
                      journal.close(Given.receipt(intent, Outcome.HEALED, time.now()));
                      pending.put(intent.id(), new Truth(known.intent(), true));
                    });
        case COMMIT -> {
          boolean tells = !journal.within(EVER).isEmpty();
          journal.commit();
          if (tells) {
            boolean more = !time.bootId().equals(bootTold) || ahead.compareTo(aheadAtMost) > 0;
            aheadAtMost = more ? ahead : aheadAtMost;
            bootTold = time.bootId();
          }
          durable.putAll(pending);
          pending.clear();
        }
        case CRASH -> store.crashAfter(1, ++crashes);
        case DISK_FULL -> store.failWrites("No space left on device");
        case DISK_FINE -> store.healWrites();
        case TIME -> time.advance(Duration.ofMinutes(17));
        case CLOCK_BACK -> setClock(ahead.minusHours(7));
        case CLOCK_AHEAD -> setClock(ahead.plusHours(7));
        case REBOOT -> {
          time.reboot();
          reopen();
        }
      }
    }

    private Duration since(String intent) {
      return time.elapsed().minus(Objects.requireNonNull(started.get(intent)));
    }

    private void setClock(Duration toBeAhead) {
      time.jumpWall(toBeAhead.minus(ahead));
      ahead = toBeAhead;
    }

    private void reopen() {
      if (!time.bootId().equals(bootTold) && ahead.compareTo(aheadAtMost) > 0) {
        setClock(aheadAtMost); // the one case that cannot be told: it came up ahead
      }
      store.restart();
      pending.clear();
      journal = new Journal(store, time);
    }

    private void check() {
      if (store.crashed()) {
        return;
      }
      assertThat(journal.damaged()).isEmpty();
      for (ActionHistory.Entry entry : journal.within(EVER)) {
        assertThat(entry.age()).as(entry.intent()).isLessThanOrEqualTo(since(entry.intent()));
      }
      for (Duration window : WINDOWS) {
        assertThat(journal.within(window))
            .extracting(ActionHistory.Entry::intent)
            .containsAll(
                durable.keySet().stream().filter(id -> since(id).compareTo(window) < 0).toList());
      }
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
