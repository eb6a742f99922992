package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Event;
import dev.healing.core.EngineBuilder;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.http.HttpSettings;
import dev.healing.runner.http.OperatorView;
import dev.healing.runner.notify.Notifier;
import dev.healing.spi.OptimizerProvider;
import dev.healing.spi.SamplerProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page as a person has it: a real engine that asks before it mends a lamp, in a real browser.
 * With {@code -Dhealing.screenshots=DIRECTORY} it leaves pictures to look at.
 */
@Timeout(120)
class PageTest {
  @TempDir static Path profile;
  private static Browser browser;

  @TempDir Path state;
  private final Lamps lamps = new Lamps();
  private LinuxHost host;
  private HealingEngine engine;
  private OperatorView view;
  private String port;
  private String url;

  @BeforeAll
  static void start() throws IOException {
    browser = Browser.start(TestPackages.chromium(), profile);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void serve() throws InterruptedException {
    serve(builder -> {});
  }

  private void serve(Consumer<EngineBuilder> more) throws InterruptedException {
    lamps.broken.add("hall");
    host = LinuxHost.open(state);
    EngineBuilder builder = lamps.builder(host, "confirm");
    more.accept(builder);
    ServiceLoader.load(SamplerProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(sampler -> sampler.name().equals("host"))
        .forEach(builder::add);
    ServiceLoader.load(OptimizerProvider.class).findFirst().ifPresent(builder::add);
    engine = builder.build();
    Notifier nobody = new Notifier(host, Optional.empty());
    Requests requests =
        new Requests(
            engine,
            host,
            () -> lamps.configuration,
            () -> CompletableFuture.completedFuture("nothing"),
            nobody);
    HttpSettings anyPort =
        new HttpSettings(HttpSettings.parse("127.0.0.1:0").orElseThrow(), List.of());
    view = OperatorView.of(anyPort, host, engine, "1", requests::answer, nobody.links());
    CountDownLatch asked = new CountDownLatch(1);
    engine.addListener(
        event -> {
          if (event.kind() == Event.Kind.CONFIRMATION_NEEDED) {
            asked.countDown();
          }
        });
    engine.look(); // what needs two looks to be measured is there from the start
    engine.start();
    asked.await();
    port = view.open().replaceFirst(".*:([0-9]+)/.*", "$1");
    url = "http://127.0.0.1:" + port + "/";
    browser.errors.clear();
    browser.requested.clear();
  }

  @AfterEach
  void close() {
    browser.open("about:blank", 800, 600, "light");
    view.close();
    engine.close();
    host.close();
  }

  private static void picture(String name) throws IOException {
    String directory = System.getProperty("healing.screenshots", "");
    if (!directory.isEmpty()) {
      browser.screenshot(Path.of(directory, name + ".png"));
    }
  }

  private static void awaitTheQuestion() {
    browser.await("document.querySelector('#asks-list .steps')");
    browser.await("document.querySelector('#charts canvas')?.clientWidth > 0");
  }

  private static void click(String selector) {
    browser.eval("document.querySelector('" + selector + "').click()");
  }

  private static void typeToken(String token) {
    browser.await("document.getElementById('key').open");
    browser.eval("document.getElementById('token').focus()");
    browser.type(token);
    browser.press("Enter", 13);
  }

  @Test
  void whatWaitsIsShownExactlyAndDoneOnlyWithTheToken() throws IOException {
    browser.open(url, 1280, 900, "light");
    awaitTheQuestion();
    assertThat(browser.text())
        .contains(
            "1 decision waits for you", "new_lamp hall?", "a new lamp in hall", "hall is dark");
    picture("asks-1280-light");

    click("#asks-list .primary");
    browser.await("document.getElementById('key').open");
    picture("token-1280-light");
    typeToken("wrong");
    browser.await("document.getElementById('key-wrong').textContent.includes('not the token')");
    assertThat(lamps.mended).isEmpty();
    assertThat(browser.errors).singleElement().asString().contains("401");
    browser.errors.clear();

    typeToken(Files.readString(state.resolve("http.token")).strip());
    browser.await("document.querySelector('#history-list .HEALED')");
    browser.await("document.getElementById('asks').hidden");
    assertThat(lamps.mended).containsExactly("hall");
    click("#history-list summary");
    browser.await(LEARNED + ".includes('healed 1 of 1, which lets expect 27 to 100 %')");
    browser.await(LEARNED + ".includes('No action has lost a rung')");
    browser.await(LEARNED + ".match(/confirm\\s+new_lamp/)");
    assertThat(browser.eval("document.querySelector('#learned [aria-current]').innerText"))
        .hasToString("\"confirm\"");
    browser.await(LEARNED + ".match(/Healed 1 of 1 at [0-9]{2}-[0-9]{2}h UTC; load by processor/)");
    browser.await(HISTORY + ".match(/When it was decided: load by processor [0-9]/)");
    picture("healed-1280-light");
    asIfItHadDoneHarm();
    lamps.broken.add("cellar"); // of which the page is told, and asks again
    browser.await(LEARNED + ".includes('worse 1 time: 2 rungs below')");
    browser.await(
        LEARNED
            + ".includes('Healed 1 of 2 at 06-12h UTC, 3 of 4 at 18-24h UTC; load by processor 0.25"
            + " where it healed, 2 where it did not; in generation 42 healed 1 of 2; began"
            + " meanwhile, perhaps by it: <i>dark</i> (3); cold (2)')");
    browser.await(
        HISTORY
            + ".includes('Began meanwhile, perhaps by it: <i>dark</i> (or by old_lamp hall); cold')");
    browser.await(HISTORY + ".match(/worth doing, as a person asked, in .*\\s+little gained/)");
    assertThat(browser.eval("document.querySelector('main i:not(:empty)') === null"))
        .as("as text")
        .hasToString("true");
    picture("harm-1280-light");
    assertThat(browser.errors).isEmpty();
  }

  private static final String LEARNED = "document.getElementById('learned').innerText";
  private static final String HISTORY = "document.getElementById('history-list').innerText";

  /** Which it does not here: in what the page is told, which is what the API would say. */
  private static void asIfItHadDoneHarm() {
    browser.eval(
        "window.fetch = (real => (to, how) => real(to, how).then(async answer => {"
            + " if (!/knowledge|history/.test(to)) return answer;"
            + " const json = await answer.json();"
            + " if (String(to).includes('history')) {"
            + " json[0].sideEffects = ['<i>dark</i> (or by old_lamp hall)', 'cold'];"
            + " json.push({...json[0], id: 'taken', opportunity: true, origin: 'REQUESTED',"
            + " outcome: 'UNCHANGED'});"
            + " } else {"
            + " json.standings = [{type: 'lamp_broken', action: 'new_lamp', below: 2, worse: 1}];"
            + " json.problems[0].actions.new_lamp.course = {context: {"
            + " hours: [0, 0, 1, 2, 0, 0, 3, 4], load: [1, 0.25, 1, 2], generation: [42, 1, 2],"
            + " sideEffects: {cold: 2, '<i>dark</i>': 3}}};"
            + " }"
            + " return new Response(JSON.stringify(json)); }))(window.fetch), 0");
  }

  @Test
  void whatWillBeFullIsDrawnAheadOfNow() throws Exception {
    close();
    state = state.resolve("filling"); // in which nobody was asked anything
    FillingDisk disk = new FillingDisk();
    try (LinuxHost past = LinuxHost.open(state)) {
      disk.writePast(past);
    }
    serve(builder -> builder.add(disk).add(disk.foreseen()));
    String chart =
        "[...document.querySelectorAll('#charts .chart')]"
            + ".find(c => c.ariaLabel?.includes('/srv/data'))";
    for (String look : List.of("1280-light", "1280-dark", "390-light")) {
      String[] widthAndScheme = look.split("-");
      browser.open(url, Integer.parseInt(widthAndScheme[0]), 900, widthAndScheme[1]);
      awaitTheQuestion();
      for (String span : List.of("1h", "24h")) {
        browser.eval("document.querySelector('[data-span=\"" + span + "\"]').click()");
        browser.await(chart + "?.ariaLabel.includes('of the last " + span + "; full in ')");
        assertThat(browser.eval(chart + ".nextElementSibling.innerText").asString())
            .matches("full in [23] h.*\\(.* to .*\\).*");
        assertThat(bandOf(chart)).as("pixels of the band to the right of now").isPositive();
        browser.eval(chart + ".scrollIntoView({block: 'center'})");
        picture("forecast-" + span + "-" + look);
      }
      assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(Integer.parseInt(widthAndScheme[0]));
    }
    assertThat(browser.errors).isEmpty();
  }

  /** How many columns of pixels, of the right fifth of the chart, have some red in them. */
  private static int bandOf(String chart) {
    return browser
        .eval(
            "(() => { const c = "
                + chart
                + ".querySelector('canvas'); const w = Math.round(c.width / 5);"
                + " const o = new OffscreenCanvas(w, c.height).getContext('2d', {willReadFrequently:"
                + " true}); o.drawImage(c, w - c.width, 0);"
                + " const d = o.getImageData(0, 0, w, c.height).data; const seen = new Set();"
                + " for (let i = 3; i < d.length; i += 4)"
                + " if (d[i] && d[i - 3] > d[i - 2] + 40) seen.add((i >> 2) % w);"
                + " return seen.size; })()")
        .asInt();
  }

  /** Every look finds the same issue anew; that must not take away what somebody reads. */
  @Test
  void whatWouldBeDoneStaysUntilItIsDone() {
    browser.open(url, 1280, 900, "light");
    awaitTheQuestion();
    click("#asks-list .danger");
    typeToken(readToken());
    browser.await("document.querySelector('#issues-list .ESCALATED')");
    click("#issues-list summary");
    browser.await("document.querySelector('#issues-list [data-key^=dry-]')");
    browser.eval("document.querySelector('#issues-list [data-key^=dry-]').focus()");
    browser.press("Enter", 13);
    browser.await("document.querySelector('#issues-list [data-key^=do-]')");
    String attic = "document.getElementById('issues-list').innerText.includes('attic')";
    lamps.broken.add("attic"); // so that the list is drawn anew, and again
    browser.await(attic);
    lamps.broken.remove("attic");
    browser.await("!" + attic);
    assertThat(browser.text()).contains("DRY RUN: NOTHING WAS DONE", "a new lamp in hall");
    assertThat(browser.eval("document.activeElement.dataset.key").asString()).startsWith("dry-");
    click("#issues-list [data-key^=do-]");
    browser.await("document.querySelector('#history-list .HEALED')");
    assertThat(lamps.mended).contains("hall");
    browser.open(url, 360, 740, "dark");
    browser.await("document.querySelector('#history-list .row .tag')");
    assertThat(
            browser
                .eval(
                    "(() => { const box = what => document.querySelector('#history-list .row '"
                        + " + what).getBoundingClientRect(), tag = box('.tag'), text ="
                        + " box('span:not(.tag)'); return tag.bottom <= text.top"
                        + " || tag.left >= text.right; })()")
                .asBoolean(false))
        .as("the outcome is beside its action, and not on it")
        .isTrue();
    assertThat(browser.errors).isEmpty();
  }

  @Test
  void whoeverDoesNotAnswerIsNotShownAsWell() {
    browser.open(url, 360, 740, "light");
    awaitTheQuestion();
    browser.eval(
        "window.real = window.fetch, window.fetch = (to, how) => new Promise((yes, no) =>"
            + " how.signal.addEventListener('abort', () => no(how.signal.reason))), 0"); // hangs
    browser.await("document.getElementById('sentence').textContent === 'healing does not answer.'");
    assertThat(browser.eval("document.title").asString()).isEqualTo("healing: no answer");
    assertThat(browser.text()).contains("What is shown is how it was at ");
    assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(360);
    browser.eval("window.fetch = window.real, 0");
    browser.await("document.getElementById('sentence').textContent.includes('waits for you')");

    view.close();
    browser.await("document.title === 'healing: no answer'");
    browser.errors.clear(); // the browser's own, about what cannot be reached
  }

  @Test
  void whatIsBeingDoneSaysHowLongItStillTakes() throws IOException {
    lamps.takes = Duration.ofHours(2);
    lamps.ready = new CountDownLatch(1);
    lamps.broken.add("cellar");
    browser.open(url, 390, 844, "light");
    browser.await("document.querySelector('#asks-list [aria-label*=cellar]')");
    click("#asks-list [aria-label*=cellar] .primary");
    typeToken(readToken());
    browser.await("document.querySelector('#issues-list .left')?.textContent === 'About 2 h left'");
    String bar = "document.querySelector('#issues-list [role=progressbar]')";
    assertThat(browser.eval(bar + ".ariaValueNow").asString()).isEqualTo("0");
    browser.eval(bar + ".scrollIntoView({block: 'center'}), 0");
    picture("healing-390-light");
    browser.eval("Date.now = (real => () => real() + 3600e3)(Date.now), 0");
    browser.await(bar + ".ariaValueNow === '50'");
    browser.eval("Date.now = (real => () => real() + 7200e3)(Date.now), 0");
    browser.await(
        "document.querySelector('#issues-list .left').textContent"
            + " === 'Longer than the 2 h that were expected'");
    lamps.ready.countDown();
    browser.await("!document.querySelector('#issues-list .left')");
    assertThat(browser.errors).isEmpty();
  }

  /** As after an error of HTTP, which a browser does not get over by itself. */
  @Test
  void aStreamThatIsOpenedAnewShowsNothingTwice() {
    String before =
        browser.before(
            "window.streams = []; window.EventSource = class extends EventSource {"
                + " constructor(url) { super(url); window.streams.push(this); } };");
    browser.open(url, 390, 844, "light");
    awaitTheQuestion();
    browser.noLongerBefore(before);
    String asked = "[...document.querySelectorAll('#events li')].map(e => e.innerText)";
    browser.await(asked + ".some(text => text.includes('approve'))");
    browser.eval("window.streams[0].close(), window.streams[0].onerror(), 0");
    browser.await("window.streams.length === 2 && window.streams[1].readyState === 1");
    lamps.broken.add("attic");
    browser.await(asked + ".some(text => text.includes('attic'))");
    assertThat(
            browser.eval(asked + ".filter(text => text.includes('hall is dark')).length").asInt())
        .isEqualTo(1);
    assertThat(browser.errors).isEmpty();
  }

  @Test
  void theOffSwitchIsOnePress() {
    browser.open(url, 1280, 900, "dark");
    awaitTheQuestion();
    click("#switch");
    typeToken(readToken());
    browser.await("document.getElementById('banner').textContent.includes('no action is started')");
    assertThat(engine.status().paused()).isPresent();
    click("#switch");
    browser.await("document.getElementById('banner').hidden");
    assertThat(engine.status().paused()).isEmpty();
    assertThat(browser.errors).isEmpty();
  }

  private String readToken() {
    try {
      return Files.readString(state.resolve("http.token")).strip();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void itFitsAPhoneAndAsksNobodyElseForAnything() throws IOException {
    for (String scheme : List.of("light", "dark")) {
      browser.open(url, 390, 844, scheme);
      awaitTheQuestion();
      assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
          .isLessThanOrEqualTo(390);
      assertThat(browser.eval(SHIFTED).asDouble(1)).as("layout shift").isLessThan(0.1);
      picture("asks-390-" + scheme);
    }
    browser.open(url, 360, 740, "light");
    awaitTheQuestion();
    String first = "document.querySelector('#asks-list ";
    assertThat(
            browser
                .eval(
                    first
                        + ".primary').getBoundingClientRect().bottom - "
                        + first
                        + "article').getBoundingClientRect().top")
                .asDouble(740))
        .as("a question and its answers are seen at once")
        .isLessThan(600);
    assertThat(browser.text()).contains("take out what is in hall").doesNotContain("boot-id");
    browser.eval(first + "article').scrollIntoView(), 0");
    picture("asks-360-light");
    click("#asks-list summary");
    browser.await("document.getElementById('asks-list').innerText.includes('boot-id')");
    browser.await("document.getElementById('asks-list').innerText.includes('CHAIN OF DECISIONS')");
    assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(360);
    picture("asks-open-360-light");
    assertThat(browser.requested).isNotEmpty().allMatch(asked -> asked.startsWith(url));
    assertThat(bytesOfThePage()).isBetween(60_000L, 250_000L);
    assertThat(browser.errors).isEmpty();
  }

  @Test
  void aKeyboardAndAReaderFindTheirWay() {
    browser.open(url, 360, 740, "light");
    awaitTheQuestion();
    browser.press("Tab", 9);
    assertThat(browser.eval("document.activeElement.className").asString()).isEqualTo("skip");
    assertThat(
            browser
                .eval(
                    "[...document.querySelectorAll('button, input, summary, [role=img]')].filter(e =>"
                        + " !(e.innerText || e.textContent || e.ariaLabel || e.labels?.length)).length")
                .asInt())
        .as("without a name")
        .isZero();
    assertThat(browser.eval("document.querySelectorAll('main, header, footer').length").asInt())
        .isEqualTo(3);
    assertThat(
            browser
                .eval(
                    "[...document.querySelectorAll('*')].filter(e => e.tabIndex < 0"
                        + " && e.scrollHeight > e.clientHeight + 1 && e.clientHeight > 0"
                        + " && /auto|scroll/.test(getComputedStyle(e).overflowY)"
                        + " || e.matches('ol[role], ul[role]')).length")
                .asInt())
        .as("lists that are none for a reader, or what a keyboard cannot scroll")
        .isZero();
    assertThat(browser.eval("document.querySelectorAll('[aria-live]').length").asInt())
        .isGreaterThan(2);
    browser.eval("document.querySelector('#asks-list .primary').focus()");
    browser.press("Enter", 13);
    browser.await("document.getElementById('key').open");
    assertThat(browser.eval("document.activeElement.id").asString())
        .as("where what is typed goes, and not to what else can be scrolled")
        .isEqualTo("token");
    browser.press("Escape", 27);
    browser.await("!document.getElementById('key').open");
    assertThat(lamps.mended).isEmpty();
  }

  private static final String SHIFTED =
      "new Promise(done => { let sum = 0; new PerformanceObserver(l => l.getEntries().forEach("
          + "e => sum += e.value)).observe({type: 'layout-shift', buffered: true});"
          + " setTimeout(() => done(sum), 100); })";

  private static long bytesOfThePage() throws IOException {
    long bytes = 0;
    for (String asked : Set.copyOf(browser.requested)) {
      if (!asked.contains("/api/")) {
        try (InputStream in = URI.create(asked).toURL().openStream()) {
          bytes += in.readAllBytes().length;
        }
      }
    }
    return bytes;
  }
}
