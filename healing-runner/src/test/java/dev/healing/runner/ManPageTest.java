package dev.healing.runner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the grammar of the command line is turned into. */
class ManPageTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int run(String... line) {
    return new Shell(new PrintStream(out, true, UTF_8), System.err, Map.of()).run(line);
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return output;
  }

  private static void assumeThereIs(String program) {
    Assumptions.assumeTrue(
        Stream.of("/usr/bin/", "/bin/").anyMatch(at -> Files.isExecutable(Path.of(at + program))),
        "skipped: this host has no " + program);
  }

  @Test
  void everyVerbHasAPageThatGroffFindsNothingWrongWith(@TempDir Path directory) throws Exception {
    assertThat(run("man", directory.toString())).isZero();
    List<Path> pages;
    try (Stream<Path> files = Files.list(directory)) {
      pages = files.sorted().toList();
    }
    assertThat(pages).hasSize(Verbs.all().size() + 1);
    assumeThereIs("groff");
    for (Path page : List.of(pages.get(0), directory.resolve("healing-pause.1"))) {
      assertThat(output("groff", "-man", "-ww", "-z", page.toString())).as("%s", page).isEmpty();
    }
    String pause =
        output(
            "groff", "-man", "-Tutf8", "-P-cbou", directory.resolve("healing-pause.1").toString());
    assertThat(pause.replaceAll("\\s+", " "))
        .contains("healing pause [--help]", "--for D Ends by itself after this time");
  }

  @Test
  void bashCompletesVerbsAndOptions(@TempDir Path directory) throws Exception {
    assertThat(run("completion")).isZero();
    assumeThereIs("bash");
    Path script = Files.writeString(directory.resolve("healing"), out.toString(UTF_8));
    String completed =
        """
        source %s
        COMP_WORDS=(healing pau) COMP_CWORD=1 COMP_LINE='healing pau' COMP_POINT=11
        _complete_healing; echo "verbs: ${COMPREPLY[*]}"
        COMP_WORDS=(healing pause --) COMP_CWORD=2 COMP_LINE='healing pause --' COMP_POINT=16
        _complete_healing; echo "options: ${COMPREPLY[*]}"
        COMP_WORDS=(healing check-config %2$s/h) COMP_CWORD=2 COMP_LINE="${COMP_WORDS[*]}"
        _complete_healing; echo "file: ${COMPREPLY[*]}"
        COMP_WORDS=(healing knowledge import %2$s/h) COMP_CWORD=3 COMP_LINE="${COMP_WORDS[*]}"
        _complete_healing; echo "files: ${COMPREPLY[*]}"
        COMP_WORDS=(healing knowledge '') COMP_CWORD=2 COMP_LINE="${COMP_WORDS[*]}"
        _complete_healing; echo "words: ${COMPREPLY[*]}"
        """
            .formatted(script, directory);
    assertThat(output("bash", "-c", completed))
        .contains("verbs: pause\n")
        .containsPattern("options: .*--for")
        .contains(
            "file: " + script + "\n",
            "files: " + script + "\n",
            "words: show export import restore");
  }

  @Test
  void zshCompletesWhatBashDoesAndFilesItself(@TempDir Path directory) throws Exception {
    assertThat(run("completion")).isZero();
    assumeThereIs("bash");
    Path shell = TestPackages.zsh();
    Path bash = Files.writeString(directory.resolve("bash"), out.toString(UTF_8));
    String function = Files.readString(Path.of("../packaging/zsh-completion"));
    assertThat(function).startsWith("#compdef healing\n");
    Path zsh =
        Files.writeString(
            directory.resolve("_healing"),
            function.replace("/usr/share/bash-completion/completions/healing", bash.toString()));
    String completed =
        """
        compadd() { shift 2; print -r -- "words: $*" }
        _files() { print "files" }
        _healing() { source %s }
        words=(healing pau) CURRENT=2; _healing
        words=(healing pause --) CURRENT=3; _healing
        words=(healing knowledge '') CURRENT=3; _healing
        words=(healing check-config %s/b) CURRENT=3; _healing
        """
            .formatted(zsh, directory);
    assertThat(output(shell.toString(), "-f", "-c", completed).lines())
        .satisfiesExactly(
            verbs -> assertThat(verbs).isEqualTo("words: pause"),
            options -> assertThat(options).startsWith("words: ").contains("--for"),
            words -> assertThat(words).isEqualTo("words: show export import restore"),
            files -> assertThat(files).isEqualTo("files"));
  }
}
