package dev.healing.runner;

/** {@code resume}. */
final class ResumeVerb implements Verb {
  @Override
  public String name() {
    return "resume";
  }

  @Override
  public String summary() {
    return "Ends a pause.";
  }

  @Override
  public boolean reads() {
    return false;
  }

  @Override
  public int run(Invocation invocation) {
    return SwitchOf.directory(
        invocation,
        offSwitch -> {
          boolean was = offSwitch.paused().isPresent();
          offSwitch.resume();
          return was ? "resumed." : "it was not paused.";
        });
  }
}
