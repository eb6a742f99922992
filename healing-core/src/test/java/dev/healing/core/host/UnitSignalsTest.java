package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.junit.jupiter.api.Test;

class UnitSignalsTest {
  private static final String WEB = "web.service";

  private long nanos;
  private final UnitSignals signals = new UnitSignals(() -> nanos);
  private List<String> failed = List.of();
  private int asked;
  private final List<String> told = new ArrayList<>();

  private List<String> names() {
    asked++;
    return failed;
  }

  private List<String> failedUnits() {
    return signals.failed(this::names, UnitSignalsTest::unit).stream()
        .map(UnitState::name)
        .toList();
  }

  private static Optional<UnitState> unit(String name) {
    return Optional.of(
        UnitDetails.state(name, "loaded", "failed", "failed", "", "", 0, "", 0, List.of()));
  }

  private void is(String state) {
    signals.changed(UnitName.objectPath(WEB));
    signals.unit(WEB, Map.of("ActiveState", new Variant<>(state)), told::add);
  }

  @Test
  void thatNothingIsFailedIsBelievedUntilASignalOrForTenSeconds() {
    signals.subscribed(this::names);
    asked = 0;
    assertThat(failedUnits()).isEmpty();
    assertThat(failedUnits()).isEmpty();
    assertThat(asked).isEqualTo(1);

    failed = List.of(WEB);
    is("failed");
    assertThat(failedUnits()).containsExactly(WEB);

    failed = List.of();
    is("active");
    assertThat(failedUnits()).isEmpty();
    asked = 0;
    nanos += Duration.ofSeconds(10).toNanos();
    assertThat(failedUnits()).isEmpty();
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void withoutSignalsItIsAskedEachTime() {
    assertThat(failedUnits()).isEmpty();
    failed = List.of(WEB);
    assertThat(failedUnits()).containsExactly(WEB);
    assertThat(asked).isEqualTo(2);
    assertThat(signals.startedAgain()).isEmpty();
  }

  @Test
  void whoFailsAndWhoRecoversIsToldAndNobodyElse() {
    failed = List.of(WEB);
    signals.subscribed(this::names);
    is("active"); // was failed before there were signals
    is("deactivating");
    is("inactive");
    assertThat(told).containsExactly(WEB);
    is("failed");
    is("activating");
    is("active");
    assertThat(told).containsExactly(WEB, WEB, WEB);
    signals.unit(WEB, Map.of("SubState", new Variant<>("failed")), told::add);
    assertThat(told).hasSize(3);
  }

  @Test
  void howOftenAServiceWasStartedAgainIsForgottenWhenSomebodyStartsIt() {
    signals.subscribed(this::names);
    startedAgain(2);
    assertThat(signals.startedAgain()).contains(Map.of(WEB, 2L));
    startedAgain(0);
    assertThat(signals.startedAgain()).contains(Map.of());
  }

  private void startedAgain(long times) {
    signals.service(WEB, Map.of("NRestarts", new Variant<>(new UInt32(times))));
  }
}
