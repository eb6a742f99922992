package dev.healing.core.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  @TempDir private Path directory;

  @Test
  void aClassThatIsMissingIsSkippedAndTheNextOneIsFound() throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(DetectorProvider.class.getName()),
        "org.example.NotThere\n" + Loaded.class.getName() + "\n");
    List<String> faults = new ArrayList<>();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
      List<ServiceLoader.Provider<DetectorProvider>> found =
          new Registry()
              .providers(
                  DetectorProvider.class,
                  ServiceLoader.load(DetectorProvider.class, loader),
                  faults);
      assertThat(found)
          .filteredOn(p -> !Registry.origin(p.type()).contains(".optimizer.")) // on our class path
          .singleElement()
          .satisfies(p -> assertThat(p.get()).isOfAnyClassIn(Loaded.class));
    }
    assertThat(faults).singleElement().asString().contains("org.example.NotThere");
  }

  /** Found by its name in a file. */
  public static final class Loaded implements DetectorProvider {
    /** For the service loader. */
    public Loaded() {}

    @Override
    public String name() {
      return "loaded";
    }

    @Override
    public Detector create(HostContext context) {
      return new Detector() {
        @Override
        public Set<IssueType> reports() {
          return Set.of();
        }

        @Override
        public Detection detect(HostState state) {
          return Detection.NOTHING;
        }
      };
    }
  }
}
