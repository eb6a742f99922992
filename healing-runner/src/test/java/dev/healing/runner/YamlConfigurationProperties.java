package dev.healing.runner;

import dev.healing.api.ConfigurationException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a file holds, reading it ends in a configuration or in a ConfigurationException. */
class YamlConfigurationProperties {
  @Property(tries = 2_000)
  void anyText(@ForAll String text) {
    accept(text);
  }

  @Property(tries = 3_000)
  void anyTextThatLooksLikeYaml(@ForAll("yamlish") String text) {
    accept(text);
  }

  @Provide
  Arbitrary<String> yamlish() {
    return Arbitraries.of(
            "a",
            "b:",
            ": ",
            "- ",
            "\n",
            "  ",
            "\t",
            "[",
            "]",
            "{",
            "}",
            ",",
            "&x ",
            "*x",
            "!!int ",
            "!x ",
            "|",
            ">",
            "'",
            "\"",
            "#",
            "---\n",
            "...\n",
            "? ",
            "off",
            "0x1F",
            "1e999",
            ".inf",
            "-0",
            "999999999999999999999",
            "~",
            "<<: ",
            "%YAML 1.2\n",
            "\\",
            "\u0007",
            "é",
            "\ud83d")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  private static void accept(String text) {
    try {
      YamlConfiguration.parse(text, "f").problems();
    } catch (ConfigurationException e) {
      if (e.problems().isEmpty() || !e.problems().stream().allMatch(p -> p.startsWith("f"))) {
        throw new AssertionError("no place in " + e.problems(), e);
      }
    }
  }
}
