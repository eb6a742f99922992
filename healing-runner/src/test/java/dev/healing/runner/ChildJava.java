package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Classes of the tests in a Java process of their own: one that has little memory, or is killed.
 */
public final class ChildJava {
  private ChildJava() {}

  /** Has {@code main} of that class run; what it says of errors goes where ours goes. */
  public static Process start(Class<?> main, Path directory) throws IOException {
    return new ProcessBuilder(command(List.of(), main, List.of(directory.toString())))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What it says with the memory that a daemon has, in a minute, and without failing. */
  static String withLittleMemory(Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return withMemory("-Xmx64m", main, arguments);
  }

  /** The same with this memory. */
  static String withMemory(String memory, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(List.of(memory), main, List.of(arguments)))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  private static List<String> command(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.add("-cp");
    command.add(
        System.getProperty("java.class.path")
            + File.pathSeparator
            + System.getProperty("jdk.module.path", ""));
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }
}
