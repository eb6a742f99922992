package dev.healing.runner;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A manual page, as man(7) wants it, of a verb or of all of them. Picocli's own generator makes
 * AsciiDoc, of which only a Ruby in Java makes a page: fifty megabytes and ten seconds of every
 * build for what is a hundred lines here.
 */
final class ManPage {
  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  /** Of a command of the grammar. */
  static String of(CommandSpec spec) {
    ManPage page = new ManPage();
    String name = spec.qualifiedName("-");
    String summary = text(spec.usageMessage().description());
    page.macro("TH", name.toUpperCase(Locale.ROOT), "1", "", "healing " + Main.version());
    page.macro("SH", "NAME").line(escaped(name) + " \\- " + escaped(summary));
    page.macro("SH", "SYNOPSIS").line(synopsis(spec));
    page.macro("SH", "DESCRIPTION").line(escaped(summary));
    if (!spec.positionalParameters().isEmpty()) {
      page.macro("SH", "OPERANDS");
      spec.positionalParameters().forEach(page::operand);
    }
    page.macro("SH", "OPTIONS");
    spec.options().forEach(page::option);
    if (!spec.subcommands().isEmpty()) {
      page.macro("SH", "VERBS");
      spec.subcommands().forEach(page::verb);
    }
    page.macro("SH", "EXIT STATUS");
    for (String status :
        List.of(
            "0 done",
            "1 it did not work",
            "2 wrong usage or configuration",
            "3 needs privileges or confirmation",
            "141 who reads the output is gone, as head is")) {
      String[] codeAndMeaning = status.split(" ", 2);
      page.macro("TP").line(codeAndMeaning[0]).line(escaped(codeAndMeaning[1]));
    }
    page.macro("SH", "FILES");
    page.macro("TP").line("/etc/healing/healing.yaml").line("the configuration");
    page.macro("TP").line("/var/lib/healing").line("the state, of a daemon that runs as root");
    page.macro("SH", "SEE ALSO").line(spec.parent() == null ? "journalctl(1)" : "healing(1)");
    return page.page.toString();
  }

  private static String synopsis(CommandSpec spec) {
    StringBuilder synopsis = new StringBuilder("\\fB" + escaped(spec.qualifiedName()) + "\\fR");
    for (OptionSpec option : spec.options()) {
      synopsis.append(" [").append(name(option, option.longestName())).append(']');
    }
    for (PositionalParamSpec operand : spec.positionalParameters()) {
      String shown = "\\fI" + escaped(operand.paramLabel()) + "\\fR";
      synopsis.append(operand.required() ? " " + shown : " [" + shown + "]");
    }
    return synopsis + (spec.subcommands().isEmpty() ? "" : " \\fIVERB\\fR ...");
  }

  private static String name(OptionSpec option, String name) {
    String bold = "\\fB" + escaped(name) + "\\fR";
    return option.arity().max() == 0
        ? bold
        : bold + " \\fI" + escaped(option.paramLabel()) + "\\fR";
  }

  private void option(OptionSpec option) {
    macro("TP");
    line(
        List.of(option.names()).stream()
            .map(name -> name(option, name))
            .collect(Collectors.joining(", ")));
    line(escaped(text(option.description())));
  }

  private void operand(PositionalParamSpec operand) {
    macro("TP").line("\\fI" + escaped(operand.paramLabel()) + "\\fR");
    line(escaped(text(operand.description())));
  }

  private void verb(String name, CommandLine verb) {
    macro("TP").line("\\fBhealing\\-" + escaped(name) + "\\fR(1)");
    line(escaped(text(verb.getCommandSpec().usageMessage().description())));
  }

  /** As picocli formats it for a terminal. */
  private static String text(String... description) {
    return String.join(" ", description).replace("%%", "%").replaceAll("\\s+", " ").strip();
  }

  private ManPage macro(String name, String... arguments) {
    page.append('.').append(name);
    for (String argument : arguments) {
      page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
    return this;
  }

  private ManPage line(String text) {
    page.append(text).append('\n');
    return this;
  }

  /** So that nothing of it is taken for a request, and a hyphen is one that can be copied. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                default -> {
                  if (c < 127) {
                    escaped.append((char) c);
                  } else {
                    escaped.append(String.format(Locale.ROOT, "\\[u%04X]", c));
                  }
                }
              }
            });
    return text.startsWith(".") || text.startsWith("'") ? "\\&" + escaped : escaped.toString();
  }
}
