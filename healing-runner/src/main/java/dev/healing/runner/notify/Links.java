package dev.healing.runner.notify;

import dev.healing.core.json.JsonText;
import dev.healing.runner.http.Invitations;
import dev.healing.spi.HostContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Links by which somebody approves or rejects exactly what is asked, without any other token. Each
 * is good once, for a while, and for what was shown when it was made. Of their tokens only digests
 * are kept here, in memory and on disk. Safe for several threads.
 */
public final class Links implements Invitations {
  private static final int TOKEN_BYTES = 32;
  private static final int MOST = 200;
  private static final int WORTH_REPLACING_BYTES = 256 << 10;

  private final HostContext host;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Good> good = new LinkedHashMap<>();

  /** Used, and still waiting for what comes of it. */
  private final Map<String, Good> lent = new LinkedHashMap<>();

  private Optional<String> base = Optional.empty();
  private Duration expires = Duration.ZERO;
  private @Nullable LogFile file;

  private record Good(String confirmation, Instant until) {}

  Links(HostContext host) {
    this.host = host;
  }

  synchronized void configure(Optional<String> link, Duration linkExpires) {
    base = link;
    expires = linkExpires;
    if (link.isPresent() && file == null) {
      LogFile there = new LogFile(host.state().folder(Notifier.FOLDER), "links");
      there.read().forEach(this::restore);
      file = there;
    }
  }

  private void restore(ObjectNode line) {
    good.remove(line.path("used").asString(""));
    String digest = line.path("digest").asString("");
    if (!digest.isEmpty()) {
      try {
        Instant until = Instant.parse(line.path("until").asString(""));
        good.put(digest, new Good(line.path("confirmation").asString(""), until));
      } catch (DateTimeException e) {
        // Good for nothing then.
      }
    }
  }

  /**
   * Makes one.
   *
   * @param confirmation what it approves or rejects
   * @return its address; empty if there are to be none
   */
  synchronized Optional<String> make(String confirmation) {
    LogFile to = file;
    if (base.isEmpty() || to == null) {
      return Optional.empty();
    }
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Good made = new Good(confirmation, host.time().now().plus(expires));
    String digest = digest(token);
    good.put(digest, made);
    to.append(line(digest, made));
    forget(to);
    return Optional.of(base.get() + PATH + token);
  }

  private static ObjectNode line(String digest, Good made) {
    return JsonText.object()
        .put("digest", digest)
        .put("confirmation", made.confirmation())
        .put("until", made.until().toString());
  }

  private void forget(LogFile from) {
    Instant now = host.time().now();
    good.values().removeIf(one -> !one.until().isAfter(now));
    Iterator<String> oldest = good.keySet().iterator();
    while (good.size() > MOST) {
      oldest.next();
      oldest.remove();
    }
    if (from.bytes() > WORTH_REPLACING_BYTES) {
      List<ObjectNode> lines = new ArrayList<>();
      good.forEach((digest, one) -> lines.add(line(digest, one)));
      from.replace(lines);
    }
  }

  @Override
  public String hostName() {
    return Channels.hostName(host.files());
  }

  @Override
  public synchronized Optional<String> confirmation(String token) {
    Instant now = host.time().now();
    return Optional.ofNullable(good.get(digest(token)))
        .filter(one -> one.until().isAfter(now))
        .map(Good::confirmation);
  }

  @Override
  public synchronized Optional<String> use(String token) {
    Optional<String> confirmation = confirmation(token);
    LogFile to = file;
    if (confirmation.isPresent() && to != null) {
      String digest = digest(token);
      lent.put(digest, Objects.requireNonNull(good.remove(digest)));
      if (lent.size() > MOST) {
        lent.remove(lent.keySet().iterator().next());
      }
      to.append(JsonText.object().put("used", digest));
    }
    return confirmation;
  }

  @Override
  public synchronized void giveBack(String token) {
    String digest = digest(token);
    Good back = lent.remove(digest);
    LogFile to = file;
    if (back != null && to != null) {
      good.put(digest, back);
      to.append(line(digest, back));
    }
  }

  private static String digest(String token) {
    try {
      byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
