package dev.healing.detect.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.testkit.DetectorContract;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.lang.management.MemoryUsage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools that tell of themselves by JMX, in a server of their own. */
class OwnMBeanTest {
  private static final String MAIL = "shop:name=mail,type=Pool";

  /** As Tomcat's ThreadPool and HikariCP's Pool have them. */
  public interface Pool {
    int getBusy();

    int getMax();

    String getState();

    MemoryUsage getUsage();
  }

  private static final class Fake implements Pool {
    private int busy;
    private int max = 10;

    @Override
    public int getBusy() {
      return busy;
    }

    @Override
    public int getMax() {
      return max;
    }

    @Override
    public String getState() {
      return "fine";
    }

    @Override
    public MemoryUsage getUsage() {
      return new MemoryUsage(0, busy, 100, 100);
    }
  }

  private final MBeanServer server = MBeanServerFactory.newMBeanServer();
  private Instant now = VirtualTime.START;

  private Fake pool(String name) throws JMException {
    Fake pool = new Fake();
    server.registerMBean(
        new StandardMBean(pool, Pool.class, true), new ObjectName("shop:type=Pool,name=" + name));
    return pool;
  }

  private Detector detector(Map<String, ?> section) {
    Configuration configuration = Configuration.of(section);
    Detector detector =
        new OwnMBean.Kind(server)
            .create("busy", new TestHost().withConfiguration(configuration), Optional.empty());
    assertThat(configuration.problems()).isEmpty();
    return detector;
  }

  private Detection look(Detector detector) {
    now = now.plusSeconds(1);
    return detector.detect(HostStates.at(now).build());
  }

  private Detector ofAll(String attribute, String max) {
    return detector(
        Map.of(
            "mbean", "shop:type=Pool,*",
            "attribute", attribute,
            "max", max,
            "above", "80%",
            "for", "2 of 2",
            "type", "pool_exhausted"));
  }

  @Test
  void eachObjectThatHasTheNameIsJudgedByItself() throws JMException {
    Fake web = pool("\"http-nio-8080\"");
    Fake mail = pool("mail");
    Detector detector = ofAll("Busy", "Max");
    web.busy = 9;
    mail.busy = 2;
    look(detector);
    Issue issue = look(detector).issues().get(0);
    assertThat(issue.type()).isEqualTo(IssueType.of("pool_exhausted"));
    assertThat(issue.components()).containsExactly("shop:name=\"http-nio-8080\",type=Pool");
    assertThat(issue.description())
        .isEqualTo("mbean.Busy.fraction{shop:name=\"http-nio-8080\",type=Pool} is 90% (above 80%)");
    web.busy = 7;
    assertThat(look(detector)).isEqualTo(Detection.NOTHING);
    mail.max = 0;
    assertThat(look(detector).unreadable()).extracting(Unreadable::what).containsExactly(MAIL);
  }

  @Test
  void anotherObjectWithTheSameNameChangesNothing() throws JMException {
    pool("mail").busy = 9;
    Detector detector =
        detector(Map.of("mbean", "*:*,name=mail", "attribute", "Busy", "above", "8"));
    look(detector);
    look(detector);
    Issue alone = look(detector).issues().get(0);
    server.registerMBean(
        new StandardMBean(new Fake(), Pool.class, true), new ObjectName("other:name=mail"));
    assertThat(look(detector).issues())
        .extracting(Issue::fingerprint)
        .containsExactly(alone.fingerprint());
  }

  @Test
  void aMaximumMayBeWrittenAndAnAttributeMayBePartOfAnother() throws JMException {
    pool("mail").busy = 9;
    Detector numbered = ofAll("Usage.used", "10");
    look(numbered);
    assertThat(look(numbered).issues()).hasSize(1);
    Detector whole =
        detector(Map.of("mbean", "shop:*", "attribute", "Busy", "above", "8", "for", "1 of 1"));
    assertThat(look(whole).issues().get(0).description())
        .isEqualTo("mbean.Busy{" + MAIL + "} is 9 (above 8)");
  }

  @Test
  void whatCannotBeReadIsSaid() throws JMException {
    Detector detector = ofAll("State", "Max");
    assertThat(look(detector).unreadable())
        .anySatisfy(u -> assertThat(u.why()).isEqualTo("there is no MBean shop:type=Pool,*"));
    pool("mail");
    assertThat(look(detector).unreadable())
        .containsExactly(
            new Unreadable(MAIL, "shop:type=Pool,name=mail: State is fine: expected a number"));
    assertThat(look(ofAll("Nothing", "Max")).unreadable().get(0).why()).contains("Nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "no name | Busy | 3 | 'mbean' is 'no name' | an object name like",
        "a:b=c | | 3 | 'mbean' is 'a:b=c' | an 'attribute' beside it",
        "a:b=c | Busy | 3% | 'above' is '3%' | a number",
      })
  void mistakesAreSaid(String name, String attribute, String above, String what, String expected) {
    Configuration section =
        Configuration.of(
            Map.of("mbean", name, "attribute", attribute == null ? "" : attribute, "above", above));
    new OwnMBean.Kind(server)
        .create("busy", new TestHost().withConfiguration(section), Optional.empty());
    assertThat(section.problems()).singleElement().asString().contains(what, expected);
  }

  /** Its pool is as busy as the host is unhealthy. */
  @Nested
  class Contract extends DetectorContract {
    private Fake web = new Fake();

    @BeforeEach
    void onePool() throws JMException {
      web = pool("web");
    }

    @Override
    protected Detector detector() {
      Detector own = ofAll("Busy", "Max");
      return new Detector() {
        @Override
        public Set<IssueType> reports() {
          return own.reports();
        }

        @Override
        public Detection detect(HostState state) {
          web.busy = state.health().orElse(100) < 50 ? 9 : 2;
          return own.detect(state);
        }
      };
    }

    @Override
    protected HostState healthy() {
      return HostStates.now().health(90).build();
    }

    @Override
    protected HostState sick() {
      return HostStates.now().health(10).build();
    }
  }
}
