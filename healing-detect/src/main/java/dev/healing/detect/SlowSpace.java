package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles.Space;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Room on a file system that may hang; pressing where half of it is in use. */
final class SlowSpace {
  private static final Duration EVERY = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofMillis(200);
  private static final double SCARCE_FRACTION = 0.5;

  private record Answer(@Nullable Space space, String trouble) {
    boolean scarce() {
      return space != null && space.usedFraction() >= SCARCE_FRACTION;
    }
  }

  private final HostContext context;
  private final String place;
  private final Background<Answer> room;

  SlowSpace(HostContext context, String place) {
    this.context = context;
    this.place = place;
    this.room = new Background<>(context, "room on " + place, EVERY, Answer::scarce, PATIENCE);
  }

  void sample(Gathered gathered) {
    boolean asked = room.asked();
    Optional<Background.Told<Answer>> told = room.look(this::ask);
    Answer answer = told.map(Background.Told::what).orElse(null);
    if (answer != null && answer.space() != null) {
      gathered.space(place, answer.space(), told.orElseThrow().at());
    } else if (answer != null) {
      gathered.unreadable(place, answer.trouble());
    } else if (asked) {
      gathered.unreadable(place, "has not answered yet: is its server reachable?");
    }
  }

  private Answer ask() {
    try {
      return new Answer(context.files().space(place), "");
    } catch (HostException e) {
      return new Answer(null, String.valueOf(e.getMessage()));
    }
  }
}
