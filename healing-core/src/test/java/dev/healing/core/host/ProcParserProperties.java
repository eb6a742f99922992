package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
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
    ControlGroup.path(text).ifPresent(path -> ControlGroup.service(path, ""));
    ControlGroup.service(text, ControlGroup.root(text));
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
  void aServiceIsTheFirstThatIsNoSlice() {
    assertThat(service("0::/system.slice/nginx.service")).contains("nginx.service");
    assertThat(service("0::/system.slice/system-getty.slice/getty@tty1.service/payload"))
        .contains("getty@tty1.service");
    assertThat(service("0::/user.slice/user-1.slice/user@1.service/app.slice/x.service"))
        .contains("user@1.service");
    assertThat(service("0::/user.slice/user-1.slice/session-2.scope")).isEmpty();
    assertThat(service("0::/machine.slice/box.scope/system.slice/nginx.service")).isEmpty();
    assertThat(service("0::/init.scope")).isEmpty();
    assertThat(service("3:cpu:/\n1:name=systemd:/system.slice/a.service\n0::/"))
        .contains("a.service");
    assertThat(
            ControlGroup.service(
                "/box/system.slice/a.service", ControlGroup.root("/box/init.scope")))
        .contains("a.service");
  }

  private static Optional<String> service(String cgroup) {
    return ControlGroup.path(cgroup).flatMap(path -> ControlGroup.service(path, ""));
  }
}
