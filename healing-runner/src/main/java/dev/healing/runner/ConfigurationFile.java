package dev.healing.runner;

import dev.healing.api.ConfigurationException;
import dev.healing.api.HostException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** A file of configuration, before anybody knows what is in it. */
final class ConfigurationFile {
  /** The largest that is read. */
  static final int MAX_BYTES = 1 << 20;

  private ConfigurationFile() {}

  /**
   * What is written in it.
   *
   * @throws ConfigurationException if it cannot be read, is too large or no text, or if somebody
   *     else could have written it
   */
  static String text(Path file) {
    byte[] bytes;
    if (Files.exists(file) && !Files.isRegularFile(file)) { // a pipe might never end
      throw wrong(file + ": cannot be read: it is no file: expected YAML or JSON");
    }
    try (InputStream in = Files.newInputStream(file)) {
      refuseIfOthersCanWrite(file);
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw wrong(file + ": there is no such file");
    } catch (AccessDeniedException e) {
      throw wrong(file + ": may not be read by this user: mend its permissions, or run as root");
    } catch (IOException e) {
      throw wrong(file + ": cannot be read: " + HostException.reason(e));
    }
    if (bytes.length > MAX_BYTES) {
      throw tooLarge(file.toString());
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw wrong(file + ": not UTF-8: expected a text file in that encoding");
    }
  }

  /** Commands that it names are run as us. */
  private static void refuseIfOthersCanWrite(Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    Set<PosixFilePermission> permissions = attributes.permissions();
    String owner = attributes.owner().getName();
    boolean ours = owner.equals("root") || owner.equals(System.getProperty("user.name"));
    // A group of the owner's own, as many systems make one for each user, is nobody else.
    boolean groupWrites =
        permissions.contains(PosixFilePermission.GROUP_WRITE)
            && !attributes.group().getName().equals(owner);
    if (!ours || groupWrites || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw wrong(
          file
              + ": is refused, because somebody else can write it, and what it says is done as us:"
              + " expected owned by root or by us, and writable by nobody else (chmod go-w)");
    }
  }

  static ConfigurationException tooLarge(String name) {
    return wrong(name + ": larger than 1 MiB: expected a configuration of a few pages");
  }

  private static ConfigurationException wrong(String problem) {
    return new ConfigurationException(List.of(problem));
  }
}
