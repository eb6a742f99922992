package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.HostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ProcParserProperties {
  private static final String STAT =
      "4711 (a) R) b\n(c) S 1 4711 4711 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 326660 9 9"
          + " 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0 0 0\n";
  private static final String STATUS =
      "Name:\tUid: 7\\n\nUmask:\t0022\nUid:\t1000\t0\t0\t0\nVmRSS:\t    1776 kB\n";

  @Property
  void arbitraryBytesNeverThrow(@ForAll byte[] bytes) {
    parseAll(new String(bytes, StandardCharsets.UTF_8));
  }

  @Property
  void mutatedFilesNeverThrow(
      @ForAll @IntRange(max = 300) int cut,
      @ForAll @IntRange(max = 200) int at,
      @ForAll char replacement) {
    for (String text : new String[] {STAT, STATUS, "0::/system.slice/a.service\n"}) {
      StringBuilder mutated = new StringBuilder(text);
      if (at < mutated.length()) {
        mutated.setCharAt(at, replacement);
      }
      parseAll(mutated.substring(0, Math.min(cut, mutated.length())));
    }
  }

  private static void parseAll(String text) {
    ProcStat.parse(text).ifPresent(ProcStat::cpuTime);
    ProcStatus.parse(text);
    ControlGroup.path(text).ifPresent(path -> ControlGroup.units(path, ""));
    ControlGroup.units(text, ControlGroup.root(text));
    SystemctlSystemd.parse(text);
  }

  @Example
  void aNameMayHoldAnything() {
    ProcStat stat = ProcStat.parse(STAT).orElseThrow();
    assertThat(stat.pid()).isEqualTo(4711);
    assertThat(stat.name()).isEqualTo("a) R) b\n(c");
    assertThat(stat.state()).isEqualTo('S');
    assertThat(stat.parentPid()).isEqualTo(1);
    assertThat(stat.cpuTime()).hasSeconds(3);
    assertThat(stat.startTicks()).isEqualTo(326660);
    assertThat(stat.kernelThread()).isFalse();
  }

  @Example
  void aNameIsNotTakenForTheUid() {
    assertThat(ProcStatus.parse(STATUS)).contains(new ProcStatus(1000, 1776 << 10));
  }

  @Example
  void theUnitIsTheFirstThatIsNoSliceAndItsSlicesStandBefore() {
    assertThat(units("0::/system.slice/nginx.service"))
        .containsExactly("system.slice", "nginx.service");
    assertThat(units("0::/system.slice/system-getty.slice/getty@tty1.service/payload"))
        .containsExactly("system.slice", "system-getty.slice", "getty@tty1.service");
    assertThat(units("0::/user.slice/user-1.slice/user@1.service/app.slice/x.service"))
        .containsExactly("user.slice", "user-1.slice", "user@1.service");
    assertThat(units("0::/user.slice/user-1.slice/session-2.scope"))
        .containsExactly("user.slice", "user-1.slice", "session-2.scope");
    assertThat(units("0::/machine.slice/box.scope/system.slice/nginx.service"))
        .containsExactly("machine.slice", "box.scope");
    assertThat(units("0::/docker/0123456789ab/nginx.service")).isEmpty();
    assertThat(units("0::/init.scope")).containsExactly("init.scope");
    assertThat(units("3:cpu:/\n1:name=systemd:/system.slice/a.service\n0::/"))
        .containsExactly("system.slice", "a.service");
    assertThat(
            ControlGroup.units("/box/system.slice/a.service", ControlGroup.root("/box/init.scope")))
        .containsExactly("system.slice", "a.service");
  }

  private static List<String> units(String cgroup) {
    return ControlGroup.path(cgroup).map(path -> ControlGroup.units(path, "")).orElse(List.of());
  }

  @Property
  void aTimeSpanIsReadAsSystemdPrintsIt(
      @ForAll @IntRange(max = 99) int minutes,
      @ForAll @IntRange(min = 1, max = 59_999_999) int rest) {
    String seconds = String.format(Locale.ROOT, "%d.%06ds", rest / 1_000_000, rest % 1_000_000);
    String span = minutes == 0 ? seconds : minutes + "min " + seconds;
    assertThat(UnitDetails.microseconds(span)).hasValue(minutes * 60_000_000L + rest);
  }

  @Example
  void aLimitIsANumberOrNone() {
    assertThat(UnitDetails.microseconds("200ms")).hasValue(200_000);
    assertThat(UnitDetails.microseconds("infinity")).isEmpty();
    assertThat(UnitDetails.limit("18446744073709551615")).isEmpty();
    assertThat(UnitDetails.limit("infinity")).isEmpty();
    assertThat(UnitDetails.limit("123456789")).hasValue(123456789);
    assertThatThrownBy(() -> UnitDetails.limit("")).isInstanceOf(HostException.class);
    assertThatThrownBy(() -> UnitDetails.microseconds("soon")).isInstanceOf(HostException.class);
  }
}
