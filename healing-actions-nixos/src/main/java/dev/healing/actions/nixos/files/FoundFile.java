package dev.healing.actions.nixos.files;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * A file that may go.
 *
 * @param changedNanos when its content, its name or anything about it last changed, since the
 *     epoch: nobody can date that back
 * @param disposable whether it has no second name, and no sticky bit, by which a file is marked to
 *     be kept, and is not what marks a directory as disposable
 * @param onDiskBytes what it takes, in whole blocks
 */
record FoundFile(
    SafeTree.Directory in,
    Path name,
    Object key,
    long size,
    FileTime modified,
    long changedNanos,
    boolean disposable,
    long onDiskBytes) {
  /** The same, of which is known what it takes: not more than its size in whole blocks. */
  FoundFile taking(long bytes) {
    return new FoundFile(
        in, name, key, size, modified, changedNanos, disposable, Math.min(bytes, onDiskBytes));
  }

  /** Deletes it if what has this name in the open directory is still that file, unchanged. */
  boolean delete() throws IOException {
    BasicFileAttributes now = Directories.attributes(in.stream(), name);
    boolean same =
        key.equals(now.fileKey())
            && now.lastModifiedTime().equals(modified)
            && now.size() == size
            && now.isRegularFile();
    if (same) {
      in.stream().deleteFile(name);
    }
    return same;
  }
}
