package dev.healing.actions.nixos.services;

import dev.healing.api.UnitState;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Why systemd would not start, or did not start, a unit: a {@code Condition…=} or {@code Assert…=}
 * that does not hold, or something that it requires and that is not up. A restart stops it all the
 * same, so whoever is up is asked for before.
 */
final class StartConditions {
  private static final String ASKER = "systemd-analyze";
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Set<String> DECLARED = Set.of("Conditions", "Asserts");

  /** All of them together; what is printed before names each that does not hold. */
  private static final Pattern UNMET = Pattern.compile("(?m)^(?:Conditions|Asserts) failed\\.$");

  private static final Pattern ONE =
      Pattern.compile("(?m)^\\S+: ((?:Condition|Assert)\\w+=.*) failed\\.$");

  private StartConditions() {}

  /**
   * Which of these, that are or were up, would not come up again; empty if none is known not to.
   * Before systemd 250 nobody can ask.
   *
   * @throws dev.healing.api.HostException if it could not be asked
   */
  static Optional<String> unmet(HostContext host, Systemd systemd, Collection<String> units) {
    for (String unit : new TreeSet<>(units)) {
      boolean declares =
          systemd.properties(unit, DECLARED).values().stream().anyMatch(text -> !text.isEmpty());
      if (declares && host.commands().which(ASKER).isPresent()) {
        Command ask = Command.of(LIMIT, ASKER, "condition", "--unit=" + unit).asApart();
        Result said = host.commands().run(ask);
        String text = said.stdout() + "\n" + said.stderr();
        if (UNMET.matcher(text).find()) {
          List<String> each = ONE.matcher(text).results().map(one -> one.group(1)).toList();
          return Optional.of(
              unit
                  + " is up and would not come up again: systemd starts it only if "
                  + String.join(", ", each)
                  + ", and that is not so now");
        }
      }
    }
    return Optional.empty();
  }

  /** Why it was not started; empty if none of this is the reason. */
  static Optional<String> kept(HostContext host, String unit) {
    Map<String, String> looked =
        host.systemd().properties(unit, Set.of("ConditionResult", "AssertResult"));
    if (looked.containsValue("no")) {
      return Optional.of(
          "a Condition…= or Assert…= of it does not hold, see 'systemctl status " + unit + "'");
    }
    Systemd systemd = host.systemd();
    List<String> down =
        Stream.concat(
                systemd.related(unit, Set.of("Requires")).stream()
                    .filter(other -> systemd.unit(other).filter(UnitState::failed).isPresent()),
                systemd.related(unit, Set.of("Requisite", "BindsTo")).stream()
                    .filter(other -> systemd.unit(other).filter(UnitState::atWork).isEmpty()))
            .distinct()
            .sorted()
            .toList();
    return down.isEmpty()
        ? Optional.empty()
        : Optional.of("what it requires is not up: " + String.join(", ", down));
  }
}
