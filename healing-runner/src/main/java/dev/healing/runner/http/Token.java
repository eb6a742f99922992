package dev.healing.runner.http;

import dev.healing.api.HealingException;
import dev.healing.spi.StateStore;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person shows who wants something changed: a file in the state directory that only its
 * owner can read. It stays the same until somebody deletes the file and the daemon is started anew.
 */
final class Token {
  /** Name of the file. */
  static final String FILE = "http.token";

  private static final System.Logger LOG = System.getLogger(Token.class.getName());
  private static final int BYTES = 24;
  private static final Pattern GOOD = Pattern.compile("[A-Za-z0-9_-]{32,128}");
  private static final String SCHEME = "Bearer ";

  private final byte @Nullable [] token;

  private Token(byte @Nullable [] token) {
    this.token = token;
  }

  /** Reads it, or makes one. Without one nothing can be changed by HTTP. */
  static Token of(StateStore store) {
    try {
      String token =
          store
              .readPlain(FILE)
              .map(String::strip)
              .filter(text -> GOOD.matcher(text).matches())
              .orElseGet(Token::made);
      store.writePlain(FILE, token + "\n"); // also an old one: so it is its owner's alone
      return new Token(bytes(token));
    } catch (HealingException e) {
      LOG.log(System.Logger.Level.ERROR, "nothing can be changed by HTTP: " + e.getMessage());
      return new Token(null);
    }
  }

  private static String made() {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** Whether there is one at all. */
  boolean known() {
    return token != null;
  }

  /**
   * Whether this header Authorization shows it. Takes as long whether it is nearly right or not.
   */
  boolean shownBy(Optional<String> authorization) {
    byte[] expected = token;
    return expected != null
        && authorization
            .filter(header -> header.startsWith(SCHEME))
            .map(header -> bytes(header.substring(SCHEME.length())))
            .filter(shown -> MessageDigest.isEqual(shown, expected))
            .isPresent();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
