package dev.healing.runner;

import picocli.AutoComplete;

/** {@code completion}. */
final class CompletionVerb implements Verb {
  @Override
  public String name() {
    return "completion";
  }

  @Override
  public String summary() {
    return "A script by which bash and zsh complete verbs and options: source <(healing completion)";
  }

  @Override
  public boolean reads() {
    return false;
  }

  @Override
  public int run(Invocation invocation) {
    invocation.out().println(AutoComplete.bash("healing", Shell.commandLine()));
    return Exit.DONE;
  }
}
