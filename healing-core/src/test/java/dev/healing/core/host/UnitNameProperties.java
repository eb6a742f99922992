package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;

class UnitNameProperties {
  @Property
  void everyNameComesBackFromItsObjectPath(
      @ForAll
          @CharRange(from = 'a', to = 'z')
          @CharRange(from = '0', to = '9')
          @Chars({'A', 'Z', ':', '_', '.', '\\', '@', '-', 'ä', '€'})
          String name) {
    String path = UnitName.objectPath(name);
    assertThat(path).matches("/org/freedesktop/systemd1/unit/[A-Za-z0-9_]+");
    assertThat(UnitName.ofObjectPath(path)).isEqualTo(named(name));
  }

  private static java.util.Optional<String> named(String name) {
    return java.util.Optional.of(name);
  }

  @Property
  void noObjectPathThrows(@ForAll String path) {
    UnitName.ofObjectPath(path);
    UnitName.ofObjectPath("/org/freedesktop/systemd1/unit/" + path);
  }

  @Example
  void escapesAsSystemdDoes() {
    assertThat(UnitName.objectPath("getty@tty1.service"))
        .isEqualTo("/org/freedesktop/systemd1/unit/getty_40tty1_2eservice");
    assertThat(UnitName.objectPath("9p.mount"))
        .isEqualTo("/org/freedesktop/systemd1/unit/_39p_2emount");
  }

  @Example
  void knowsNames() {
    assertThat(UnitName.valid("a.service")).isTrue();
    assertThat(UnitName.valid("-.mount")).isTrue();
    assertThat(UnitName.valid("dev-disk-by\\x2duuid-1.swap")).isTrue();
    for (String bad : new String[] {"", "a", ".service ", "a b.service", "a/b.service", "a.sh"}) {
      assertThat(UnitName.valid(bad)).as(bad).isFalse();
    }
    assertThat(UnitName.valid("a".repeat(255) + ".service")).isFalse();
    assertThat(UnitName.valid("a.service\n")).isFalse();
  }
}
