package dev.healing.actions.nixos.files;

import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * File keys, and texts of such: the JDK makes none from a device and an inode. Safe for several
 * threads.
 */
final class FileKeys extends AbstractSet<Object> {
  private final Set<String> texts = ConcurrentHashMap.newKeySet();

  @Override
  public boolean add(Object key) {
    return texts.add(key.toString());
  }

  @Override
  public boolean contains(Object key) {
    return texts.contains(key.toString());
  }

  @Override
  public Iterator<Object> iterator() {
    return Set.<Object>copyOf(texts).iterator();
  }

  @Override
  public int size() {
    return texts.size();
  }

  /** As the JDK shows the key of a file with these numbers, of which the first two are hex. */
  static String key(String major, String minor, String inode) {
    long high = Long.parseLong(major, 16);
    long low = Long.parseLong(minor, 16);
    // See makedev in glibc's sysmacros.h.
    long device =
        (high & ~0xfffL) << 32 | (high & 0xfff) << 8 | (low & ~0xffL) << 12 | (low & 0xff);
    return "(dev=" + Long.toHexString(device) + ",ino=" + inode + ")";
  }
}
