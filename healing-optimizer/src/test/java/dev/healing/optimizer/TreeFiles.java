package dev.healing.optimizer;

import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;

/** The files of a host under a directory. Only what the optimizer may use. */
record TreeFiles(Path root) implements HostFiles {
  void mkdir(String name) throws IOException {
    Files.createDirectories(path(name));
  }

  void modified(String name, Instant at) throws IOException {
    Files.setLastModifiedTime(path(name), FileTime.from(at));
  }

  @Override
  public Path path(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  @Override
  public String name(Path path) {
    return "/" + root.relativize(path);
  }

  @Override
  public Optional<String> read(String absolute) {
    throw new AssertionError("reads no content");
  }

  @Override
  public void writeSetting(String absolute, String value) {
    throw new AssertionError("changes nothing");
  }

  @Override
  public Space space(String absolute) {
    throw new AssertionError("uses what was sampled");
  }
}
