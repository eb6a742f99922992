package dev.healing.actions.nixos.files;

import dev.healing.spi.HostFiles;
import dev.healing.spi.StateStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was deleted, for those who miss it: {@code deleted.jsonl} among the action's files. A line
 * when a run begins, and one for every directory with how many files and bytes went, and the names
 * of up to {@value #NAMES} of them. At 16 MiB the file becomes {@code deleted.1.jsonl}.
 */
final class DeletedList {
  static final String FILE = "deleted.jsonl";

  /** Of one directory. */
  static final int NAMES = 100;

  private static final String OLDER = "deleted.1.jsonl";
  private static final long ROTATE_BYTES = 16L << 20;
  private static final int MOST_BUFFERED_CHARACTERS = 1 << 18;

  private final StateStore store;
  private final HostFiles files;
  private final Instant run;
  private final List<String> buffered = new ArrayList<>();
  private int bufferedCharacters;

  /** Begins a run; durable when it returns. */
  DeletedList(StateStore store, HostFiles files, Instant run, String rule) {
    this.store = store;
    this.files = files;
    this.run = run;
    if (store.size(FILE) > ROTATE_BYTES) {
      store.rename(FILE, OLDER);
    }
    buffer(",\"begins\":" + quoted(rule));
    write();
  }

  void add(Survey.Tally tally) {
    String names =
        tally.names().stream().map(DeletedList::quoted).collect(Collectors.joining(",", "[", "]"));
    buffer(
        ",\"directory\":"
            + quoted(files.name(tally.full()))
            + ",\"files\":"
            + tally.files()
            + ",\"bytes\":"
            + tally.bytes()
            + ",\"names\":"
            + names);
    if (bufferedCharacters > MOST_BUFFERED_CHARACTERS) {
      write();
    }
  }

  /** Makes durable what was added. */
  void write() {
    store.append(FILE, buffered);
    buffered.clear();
    bufferedCharacters = 0;
  }

  private void buffer(String members) {
    String line = "{\"run\":\"" + run + "\"" + members + "}";
    buffered.add(line);
    bufferedCharacters += line.length();
  }

  private static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c)) {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
