package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What systemd-tmpfiles leaves alone where it deletes old files itself: see tmpfiles.d(5). That is
 * whatever has a line of its own there, of any type: X servers' locks, the private directories of
 * services, and what an operator excludes ({@code x}). What else holds in those directories, that
 * whoever reads a file keeps it, is for {@link TreeWalk}.
 */
final class Tmpfiles {
  /** Where no root is temporary. */
  static final Tmpfiles NONE = new Tmpfiles(Path.of("/"), List.of(), List.of());

  private static final List<Path> TEMPORARY = List.of(Path.of("/tmp"), Path.of("/var/tmp"));

  /**
   * Of services that run (PrivateTmp=), which would see their files gone. systemd's own lines say
   * so, unless somebody has put a file of the same name in their place.
   */
  private static final String ALWAYS = "x /tmp/systemd-private-*\nx /var/tmp/systemd-private-*\n";

  private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 4 << 20;

  /** Type and path of a line; a path with spaces is in quotes. */
  private static final Pattern LINE =
      Pattern.compile("(?m)^[ \\t]*([A-Za-z])\\S*[ \\t]+(?:\"([^\"\\n]+)\"|'([^'\\n]+)'|(\\S+))");

  private static final Pattern SPECIFIER = Pattern.compile("%(.)");

  private static final Map<String, String> SPECIFIERS =
      Map.of(
          "%",
          "%",
          "T",
          "/tmp",
          "V",
          "/var/tmp",
          "t",
          "/run",
          "C",
          "/var/cache",
          "L",
          "/var/log",
          "S",
          "/var/lib");

  /** What in a name is not just a letter: an escape, a set of letters, any of them, or many. */
  private static final Pattern SIGN =
      Pattern.compile("\\\\(x\\p{XDigit}{2}|.)|(\\[!?\\]?(?:\\[:\\w+:\\]|[^\\]])*\\]|\\?)|(\\*)");

  /** A line: the directories on the way, and the name, each as a pattern. */
  private record Kept(char type, List<Pattern> way, Pattern name) {
    boolean isIn(Path directory) {
      boolean is = directory.getNameCount() == way.size();
      for (int i = 0; is && i < way.size(); i++) {
        is = way.get(i).matcher(directory.getName(i).toString()).matches();
      }
      return is;
    }
  }

  private final Path host;
  private final List<Path> temporary;
  private final List<Kept> all;

  private Tmpfiles(Path host, List<Path> temporary, List<Kept> all) {
    this.host = host;
    this.temporary = temporary;
    this.all = all;
  }

  /**
   * Asks systemd-tmpfiles, where there is one and one of these is temporary.
   *
   * @throws dev.healing.api.RefusedException if it does not say
   */
  static Tmpfiles of(HostContext host, List<Path> roots) {
    if (roots.stream().noneMatch(root -> TEMPORARY.stream().anyMatch(root::startsWith))) {
      return NONE;
    }
    Path top = host.files().path("/");
    List<Path> temporary =
        TEMPORARY.stream().map(name -> host.files().path(name.toString())).toList();
    if (host.commands().which("systemd-tmpfiles").isEmpty()) {
      return new Tmpfiles(top, temporary, lines(ALWAYS));
    }
    CommandRunner.Result config =
        host.commands()
            .run(new Command(List.of("systemd-tmpfiles", "--cat-config"), TIME_LIMIT, MOST_BYTES));
    Checks.require(
        config.ok() && !config.truncated(),
        "what systemd-tmpfiles leaves alone is not known, so nothing temporary is deleted: "
            + config.complaint());
    return new Tmpfiles(top, temporary, lines(ALWAYS + config.stdout()));
  }

  private static List<Kept> lines(String config) {
    List<Kept> all = new ArrayList<>();
    Matcher line = LINE.matcher(config);
    while (line.find()) {
      String path =
          line.group(2) != null
              ? line.group(2)
              : line.group(3) != null ? line.group(3) : line.group(4);
      List<Pattern> names = names(path);
      if (!names.isEmpty()) {
        int last = names.size() - 1;
        all.add(new Kept(line.group(1).charAt(0), names.subList(0, last), names.get(last)));
      }
    }
    return all;
  }

  /**
   * Of each name on the way. What only the running system could tell, such as the number of its
   * boot, may be anything here, and a set of letters any letter: so rather more is left alone than
   * less.
   */
  private static List<Pattern> names(String path) {
    String expanded =
        SPECIFIER
            .matcher(path)
            .replaceAll(
                found -> Matcher.quoteReplacement(SPECIFIERS.getOrDefault(found.group(1), "*")));
    List<Pattern> names = new ArrayList<>();
    for (String name : expanded.split("/+")) {
      if (!name.isEmpty()) {
        names.add(Pattern.compile(pattern(name), Pattern.DOTALL));
      }
    }
    return names;
  }

  private static String pattern(String name) {
    StringBuilder pattern = new StringBuilder();
    Matcher sign = SIGN.matcher(name);
    int from = 0;
    while (sign.find()) {
      pattern.append(Pattern.quote(name.substring(from, sign.start())));
      from = sign.end();
      boolean escaped = sign.group(1) != null;
      if (escaped && sign.group(1).length() == 1) {
        pattern.append(Pattern.quote(sign.group(1)));
      } else {
        pattern.append(sign.group(3) != null ? ".*" : ".");
      }
    }
    return pattern.append(Pattern.quote(name.substring(from))).toString();
  }

  /** Whether that is or lies in a temporary directory. */
  boolean areIn(Path directory) {
    return temporary.stream().anyMatch(directory::startsWith);
  }

  /** Whether it is excluded itself, or something that it lies in. */
  boolean exclude(Path directory) {
    for (Path way = directory; way != null && areIn(way); way = way.getParent()) {
      Path name = way.getFileName();
      Path in = way.getParent();
      if (in != null
          && name != null
          && all.stream()
              .anyMatch(
                  kept ->
                      kept.type() == 'x'
                          && kept.isIn(host.relativize(in))
                          && kept.name().matcher(name.toString()).matches())) {
        return true;
      }
    }
    return false;
  }

  /** The names in a directory that are left alone, with all that is in them. */
  List<Pattern> keptIn(Path directory) {
    return areIn(directory)
        ? all.stream()
            .filter(kept -> kept.isIn(host.relativize(directory)))
            .map(Kept::name)
            .toList()
        : List.of();
  }
}
