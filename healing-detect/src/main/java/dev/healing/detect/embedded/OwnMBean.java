package dev.healing.detect.embedded;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.detect.OwnLevel;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.HostContext;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/**
 * An attribute of MBeans is at a level that a user takes for bad: a detector that the configuration
 * defines, of every object that has the name, each by itself. So are pools watched that tell of
 * themselves by JMX, such as Tomcat's threads and HikariCP's connections:
 *
 * <pre>tomcat_busy: {mbean: "Catalina:type=ThreadPool,*", attribute: currentThreadsBusy,
 *               max: maxThreads, above: 95%, for: 5 of 5, type: pool_exhausted}</pre>
 *
 * <p>Keys: {@code mbean}, an object name or a pattern of one; {@code attribute}, of which {@code
 * Usage.used} is the part of a composite one; {@code max}, an attribute or a number: then it is a
 * part of that which is judged; and those of a level. Component: the canonical object name, which
 * stays the same whatever others there are.
 */
public final class OwnMBean implements Detector {
  private final MBeanServer server;
  private final ObjectName pattern;
  private final String attribute;
  private final String max;
  private final Metric metric;
  private final Detector level;

  private OwnMBean(MBeanServer server, ObjectName pattern, Configuration section, String name) {
    this.server = server;
    this.pattern = pattern;
    attribute = section.text("attribute", "");
    max = section.text("max", "");
    metric = Metric.of("mbean." + attribute + (max.isEmpty() ? "" : ".fraction"), "*");
    level = OwnLevel.of(name, section, Kind.KEY, metric);
    if (attribute.isEmpty()) {
      section.contradiction(Kind.KEY, "an 'attribute' beside it");
    }
  }

  /** Makes one of each section that has an {@code mbean}. */
  public static final class Kind implements DetectorKind {
    private static final String KEY = "mbean";

    private final MBeanServer server;

    /** Of this virtual machine. */
    public Kind() {
      this(ManagementFactory.getPlatformMBeanServer());
    }

    Kind(MBeanServer server) {
      this.server = server;
    }

    @Override
    public String key() {
      return KEY;
    }

    @Override
    public Detector create(String name, HostContext context, Optional<Set<Metric>> measured) {
      Configuration section = context.configuration();
      return new OwnMBean(server, pattern(section), section, name);
    }

    private static ObjectName pattern(Configuration section) {
      try {
        return new ObjectName(section.text(KEY, ""));
      } catch (MalformedObjectNameException e) {
        section.contradiction(KEY, "an object name like Catalina:type=ThreadPool,*");
        return ObjectName.WILDCARD;
      }
    }
  }

  /** What was read of the objects in one look, in the shape in which levels are judged. */
  private record Readings(Instant at, Map<Metric, Sample> samples, List<Unreadable> unreadable)
      implements HostState {
    @Override
    public Optional<Sample> sample(Metric metric) {
      return Optional.ofNullable(samples.get(metric));
    }

    @Override
    public List<Sample> recent(Metric metric, int count) {
      return sample(metric).stream().limit(count).toList();
    }

    @Override
    public SortedSet<String> components(String metricName) {
      return samples.keySet().stream()
          .map(Metric::component)
          .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public Map<String, UnitState> units() {
      return Map.of();
    }
  }

  @Override
  public Set<IssueType> reports() {
    return level.reports();
  }

  @Override
  public Detection detect(HostState state) {
    Map<Metric, Sample> samples = new TreeMap<>();
    List<Unreadable> unreadable = new ArrayList<>();
    Set<ObjectName> objects = new TreeSet<>(server.queryNames(pattern, null));
    for (ObjectName object : objects) {
      String component = object.getCanonicalName();
      Metric own = Metric.of(metric.name(), component);
      try {
        double value = number(object, attribute);
        double used = max.isEmpty() ? value : value / limit(object);
        samples.put(own, new Sample(own, used, state.at()));
      } catch (JMException | RuntimeException e) {
        unreadable.add(new Unreadable(component, object + ": " + e.getMessage()));
      }
    }
    if (objects.isEmpty()) {
      unreadable.add(new Unreadable(metric.toString(), "there is no MBean " + pattern));
    }
    Detection found = level.detect(new Readings(state.at(), samples, unreadable));
    Set<String> said = new TreeSet<>(List.of(metric.toString()));
    unreadable.forEach(u -> said.add(u.what()));
    List<Unreadable> all = new ArrayList<>(unreadable);
    found.unreadable().stream().filter(u -> !said.contains(u.what())).forEach(all::add);
    return new Detection(found.issues(), all);
  }

  private double limit(ObjectName object) throws JMException {
    return max.matches("[0-9]{1,18}") ? Long.parseLong(max) : number(object, max);
  }

  private double number(ObjectName object, String path) throws JMException {
    String[] parts = path.split("\\.", 2);
    Object value = server.getAttribute(object, parts[0]);
    if (parts.length == 2 && value instanceof CompositeData composite) {
      value = composite.get(parts[1]);
    }
    if (!(value instanceof Number number)) {
      throw new IllegalArgumentException(path + " is " + value + ": expected a number");
    }
    return number.doubleValue();
  }
}
