package dev.healing.testkit;

import dev.healing.api.Configuration;
import dev.healing.api.Privilege;
import dev.healing.spi.HostContext;
import dev.healing.spi.MeasuredPast;
import dev.healing.spi.Protection;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A host made of fakes, empty and healthy, with all privileges. What a killed task still tries to
 * do to it is refused.
 */
public final class TestHost implements HostContext {
  private final VirtualTime time = new VirtualTime();
  private final ScriptedCommands commands = new ScriptedCommands(time::requireAlive);
  private final FixtureFiles files;
  private final FakeSystemd systemd = new FakeSystemd(time, this::protection);
  private final FakeProcesses processes = new FakeProcesses(this::protection, time::requireAlive);
  private final InMemoryStateStore state = new InMemoryStateStore(time::requireAlive);
  private MeasuredPast past = MeasuredPast.NONE;
  private Protection protection = Protection.vitalOnly();
  private Set<Privilege> privileges = EnumSet.allOf(Privilege.class);
  private final Configuration configuration = Configuration.empty();
  private final Map<Class<?>, Object> memory = new ConcurrentHashMap<>();

  /** A host without files. */
  public TestHost() {
    this(Path.of("/nonexistent"));
  }

  /** A host with the files under this directory. */
  public TestHost(Path root) {
    files = new FixtureFiles(root, time::requireAlive);
  }

  /** This host, with another section of the configuration. */
  public HostContext withConfiguration(Configuration section) {
    return new HostAround(this) {
      @Override
      public Configuration configuration() {
        return section;
      }
    };
  }

  /** What is protected from now on. */
  public TestHost protect(Protection next) {
    protection = next;
    return this;
  }

  /** What we are allowed from now on. */
  public TestHost privileges(Set<Privilege> next) {
    privileges = Set.copyOf(next);
    return this;
  }

  /** What was measured before, from now on. */
  public TestHost past(MeasuredPast next) {
    past = next;
    return this;
  }

  @Override
  public VirtualTime time() {
    return time;
  }

  @Override
  public VirtualTime workers() {
    return time;
  }

  @Override
  public ScriptedCommands commands() {
    return commands;
  }

  @Override
  public FixtureFiles files() {
    return files;
  }

  @Override
  public FakeProcesses processes() {
    return processes;
  }

  @Override
  public FakeSystemd systemd() {
    return systemd;
  }

  @Override
  public InMemoryStateStore state() {
    return state;
  }

  @Override
  public MeasuredPast past() {
    return past;
  }

  /** Of all that are made on this host. */
  @Override
  public <T> T memory(Class<T> type, Supplier<T> empty) {
    return type.cast(memory.computeIfAbsent(type, t -> empty.get()));
  }

  @Override
  public Protection protection() {
    return protection;
  }

  @Override
  public Set<Privilege> privileges() {
    return privileges;
  }

  @Override
  public Configuration configuration() {
    return configuration;
  }
}
