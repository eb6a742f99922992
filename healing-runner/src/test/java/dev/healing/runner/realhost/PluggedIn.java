package dev.healing.runner.realhost;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.Set;

/** What is in the jar that {@link PluginsRealHostTest} drops into a plugin directory. */
public final class PluggedIn implements DetectorProvider {
  static final String PRINTED = "a plugin that prints";

  private record Nothing() implements Detector {
    @Override
    public Set<IssueType> reports() {
      return Set.of(IssueType.of("test_nothing"));
    }

    @Override
    public Detection detect(HostState state) {
      System.out.println(PRINTED);
      return Detection.NOTHING;
    }
  }

  @Override
  public String name() {
    return "test_plugged_in";
  }

  @Override
  public Detector create(HostContext context) {
    return new Nothing();
  }
}
