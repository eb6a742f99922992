package dev.healing.runner;

import static dev.healing.runner.ChildJava.withLittleMemory;
import static dev.healing.runner.ChildJava.withMemory;
import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.runner.bench.KnowledgeCost;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As many problems as are remembered by default, with the memory that the daemon has. */
class KnowledgeMemoryTest {
  @TempDir Path directory;

  @Test
  void allThatIsRememberedIsWrittenReadAndAddedToInTheDaemonsMemory() throws Exception {
    String state = directory.toString();
    assertThat(withLittleMemory(KnowledgeCost.class, "record", state, "25000"))
        .contains("25,000 outcomes");
    assertThat(withLittleMemory(KnowledgeCost.class, "load", state)).contains("problems: []");
    assertThat(Files.size(directory.resolve("knowledge.json"))).isGreaterThan(10_000_000);

    assertThat(withMemory("-Xmx40m", Main.class, "knowledge", "export", "--state", state))
        .as("with less than twice the room of what it prints")
        .hasSizeGreaterThan(10_000_000)
        .endsWith("}]}\n");

    Files.writeString(
        directory.resolve("import"),
        "{\"fixes\":{\"type9:/mnt/9999\":[{\"actions\":[\"clean_disk\"]}]}}");
    assertThat(withLittleMemory(HostileKnowledgeTest.Opens.class, state, "import"))
        .contains("1 attempt on 1 problem from import");
    assertThat(withLittleMemory(KnowledgeCost.class, "load", state)).contains("problems: []");
  }
}
