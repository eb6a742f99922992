package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.Preview;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What a {@link Sweep} promises, for a person. */
record SweepPreview(Sweep sweep, Sweep.Promise promise) {
  private static final long FILES_PER_SECOND = 5_000;

  /**
   * In words.
   *
   * @param rest what is left alone besides, one line each
   * @throws dev.healing.api.RefusedException if it is too little to delete it
   */
  Preview of(String lane, List<String> rest) {
    Survey survey = promise.survey();
    Amount amount = promise.amount();
    Room room = promise.basis().room();
    Checks.require(amount.files() > 0, "what was old under " + sweep.roots() + " is gone already");
    Checks.refuseIf(room.tooLittle(amount, sweep.limits()));
    List<String> steps = new ArrayList<>();
    if (survey.amount().files() > 0) {
      steps.add(
          "delete "
              + survey.amount()
              + " last changed before "
              + promise.before()
              + ", older than "
              + age()
              + (sweep.limits().keepNewest() > 0
                  ? ", but the newest " + sweep.limits().keepNewest() + " of each directory"
                  : ""));
      steps.addAll(survey.lines(sweep.host().files()));
    }
    promise.journals().ifPresent(j -> steps.add(j.step()));
    steps.add(room.after(amount));
    steps.addAll(rest);
    if (survey.crowdedOut() > 0) {
      steps.add(
          "leave "
              + survey.crowdedOut()
              + " files to a later run: they are in more than "
              + Survey.MOST_DIRECTORIES
              + " directories");
    }
    if (promise.unseen() > 0) {
      steps.add("leave out " + Sweep.unseen(promise.unseen()));
    }
    TreeMap<String, String> facts = new TreeMap<>(promise.basis().identities());
    facts.put("boot-id", sweep.host().time().bootId());
    facts.put("older-than", promise.before().toString());
    return new Preview(
        room.name(),
        lane,
        steps,
        OptionalLong.of(amount.files()),
        OptionalLong.of(amount.bytes()),
        Duration.ofSeconds(1 + amount.files() / FILES_PER_SECOND),
        facts);
  }

  private String age() {
    Duration age = Duration.between(promise.before(), promise.basis().at());
    return age.toDays() + " d " + age.toHoursPart() + " h";
  }
}
