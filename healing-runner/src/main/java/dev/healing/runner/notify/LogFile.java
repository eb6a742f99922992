package dev.healing.runner.notify;

import dev.healing.api.HostException;
import dev.healing.core.json.JsonText;
import dev.healing.spi.StateFolder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file of lines of JSON, each with its checksum before it, which survives the end of this process
 * at any moment. What the disk refuses is kept in memory only; that is said once. It is not waited
 * for until the disk has it: a host that crashes may lose the last seconds, and healing never
 * waits.
 */
final class LogFile {
  private static final System.Logger LOG = System.getLogger(LogFile.class.getName());
  private static final int MOST_BYTES = 8 << 20;

  private final StateFolder folder;
  private final String name;
  private long bytes;
  private boolean refused;

  LogFile(StateFolder folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  /** What is there. A line that a crash has cut, or that is damaged, is left out and said. */
  List<ObjectNode> read() {
    List<ObjectNode> lines = new ArrayList<>();
    try {
      byte[] content = folder.read(name, 0, MOST_BYTES).orElse(new byte[0]);
      bytes = content.length;
      String text = new String(content, StandardCharsets.UTF_8);
      long damaged = text.lines().filter(line -> !taken(line, lines)).count();
      if (damaged > 0) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0}/{1}: {2} lines are damaged and left out",
            folder.location(),
            name,
            String.valueOf(damaged));
      }
      if (!text.isEmpty() && !text.endsWith("\n")) {
        folder.append(name, new byte[] {'\n'}); // or the next line would be a part of the torn one
        bytes++;
      }
    } catch (HostException e) {
      refused(e);
    }
    return lines;
  }

  private static boolean taken(String line, List<ObjectNode> lines) {
    int space = line.indexOf(' ');
    if (space != 8 || !line.substring(0, 8).equals(checksum(line.substring(9)))) {
      return line.isEmpty();
    }
    try {
      return JsonText.read(line.substring(9)) instanceof ObjectNode object && lines.add(object);
    } catch (JacksonException e) {
      return false;
    }
  }

  void append(ObjectNode line) {
    try {
      byte[] written = written(line);
      folder.append(name, written);
      bytes += written.length;
      refused = false;
    } catch (HostException e) {
      refused(e);
    }
  }

  /** Replaces all of it. */
  void replace(List<ObjectNode> lines) {
    String fresh = name + ".new";
    try {
      folder.delete(fresh);
      long all = 0;
      for (ObjectNode line : lines) {
        byte[] written = written(line);
        folder.append(fresh, written);
        all += written.length;
      }
      folder.publish(fresh, name);
      bytes = all;
    } catch (HostException e) {
      refused(e);
    }
  }

  long bytes() {
    return bytes;
  }

  private void refused(HostException e) {
    if (!refused) {
      refused = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "what is to be told is kept in memory only, and lost with this process: "
              + e.getMessage());
    }
  }

  private static byte[] written(ObjectNode line) {
    String json = JsonText.line(line);
    return (checksum(json) + " " + json + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String checksum(String json) {
    CRC32 crc = new CRC32();
    crc.update(json.getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }
}
