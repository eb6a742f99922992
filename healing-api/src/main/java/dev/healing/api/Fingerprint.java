package dev.healing.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The identity of "the same problem again".
 *
 * <p>Two fingerprints are equal when their keys are; the {@link #hash} is a short handle for people
 * and file names and may collide.
 *
 * @param key {@code type:component,component} with the components sorted; a comma, backslash or
 *     colon inside a component is written with a backslash before it, so that no two problems share
 *     a key
 */
public record Fingerprint(String key) {
  /** A colon in a component has a backslash before it. */
  private static final Pattern SHORTENED = Pattern.compile(",:([0-9a-f]{8})-[0-9a-f]+$");

  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  private static final MessageDigest MD5 = found();

  /** The fingerprint of this type and these components, in whatever order they come. */
  public static Fingerprint of(IssueType type, Collection<String> components) {
    if (components.size() == 1) {
      return new Fingerprint(type.name() + ':' + escaped(components.iterator().next()));
    }
    StringJoiner joined = new StringJoiner(",", type.name() + ':', "");
    for (String component : new TreeSet<>(components)) {
      joined.add(escaped(component));
    }
    return new Fingerprint(joined.toString());
  }

  private static String escaped(String component) {
    StringBuilder escaped = null;
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      boolean special = c == '\\' || c == ',' || c == ':';
      if (special && escaped == null) {
        escaped = new StringBuilder(component.length() + 8).append(component, 0, i);
      }
      if (escaped != null) {
        escaped.append(special ? "\\" : "").append(c);
      }
    }
    return escaped == null ? component : escaped.toString();
  }

  /** The type of issue. */
  public IssueType type() {
    return IssueType.of(key.substring(0, key.indexOf(':')));
  }

  /**
   * The first 8 hex digits of the MD5 of the key in UTF-8. Of a key that was shortened, which ends
   * in {@code ,:}, its hash, a hyphen and a digest, the hash of what it was. Computed.
   */
  public String hash() {
    Matcher shortened = SHORTENED.matcher(key);
    if (key.contains(",:") && shortened.find()) {
      return shortened.group(1);
    }
    return HexFormat.of().formatHex(md5().digest(key.getBytes(UTF_8)), 0, 4);
  }

  /** The key for people: its components as they are named, which can be typed so elsewhere. */
  public String inWords() {
    return ESCAPED.matcher(key).replaceAll("$1");
  }

  /** A new one: to copy one that has seen nothing takes less than to have it looked for. */
  private static MessageDigest md5() {
    try {
      return (MessageDigest) MD5.clone();
    } catch (CloneNotSupportedException e) {
      return found();
    }
  }

  private static MessageDigest found() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  @Override
  public String toString() {
    return hash();
  }

  // Written out, as in all that maps are looked up by: those that a record brings along are put
  // together at their first use, of dozens of classes.
  @Override
  public boolean equals(@Nullable Object o) {
    return this == o || o instanceof Fingerprint other && other.key.equals(key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }
}
