package dev.healing.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;

class HostExceptionTest {
  @Test
  void whyAFileCannotBeReadIsSaidInWordsAndWithoutItsPath() {
    List<IOException> all =
        List.of(
            new NoSuchFileException("/a/b"),
            new AccessDeniedException("/a/b"),
            new FileSystemException("/a/b", null, "Too many levels of symbolic links"),
            new FileSystemException("/a/b"),
            new EOFException(),
            new ZipException("Not in GZIP format"));
    assertThat(all)
        .extracting(HostException::reason)
        .containsExactly(
            "there is no such file",
            "this user may not",
            "Too many levels of symbolic links",
            "the system does not say why",
            "it ends where there should be more",
            "Not in GZIP format");
  }
}
