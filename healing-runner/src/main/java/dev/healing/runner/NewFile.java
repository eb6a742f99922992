package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that a verb writes for who runs it: new ones, that nobody else can read. */
final class NewFile {
  private NewFile() {}

  /** Never one that is there, or is a link. */
  static OutputStream create(Path file) {
    try {
      return Channels.newOutputStream(
          Files.newByteChannel(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
    } catch (FileAlreadyExistsException e) {
      throw new HealingException(file + " is there already: expected the name of a new file", e);
    } catch (IOException e) {
      throw new HealingException(
          file + " cannot be made (" + HostException.reason(e) + "): choose another place", e);
    }
  }
}
