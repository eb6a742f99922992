package dev.healing.learning;

/**
 * How often one problem was there when another came.
 *
 * @param of how often the other came since they were first seen together
 * @param near how often this one came near that
 * @param before how often of those it came before
 * @param around how often this one came in the two days before, but not near
 * @param awaySeconds sum of the times between the two when they were near
 * @param last when they were near last, in seconds since 1970
 */
record Company(int of, int near, int before, int around, double awaySeconds, double last)
    implements Stored {
  /** With so many, all count half from then on. */
  private static final int MOST = 200;

  /** Of memory, with what it stands in, and without the key. */
  static final int BYTES = 150;

  Company {
    Counts.require("company.of", of, 0, MOST);
    Counts.require("company.near", near, 0, of);
    Counts.require("company.before", before, 0, near);
    Counts.require("company.around", around, 0, MOST * Vicinity.MOST);
    Counts.require("company.awaySeconds", awaySeconds, 0, near * Vicinity.NEAR);
    Counts.require("company.last", last, -Absences.MOST_SECONDS, Absences.MOST_SECONDS);
  }

  static Company read(Members from) {
    return new Company(
        from.small("of"),
        from.small("near"),
        from.small("before"),
        from.small("around"),
        from.number("awaySeconds"),
        from.number("last"));
  }

  @Override
  public void write(Writing object) {
    object
        .with("of", of)
        .with("near", near)
        .with("before", before)
        .with("around", around)
        .with("awaySeconds", awaySeconds)
        .with("last", last);
  }

  /** That they were near once is why they are watched; it is no evidence itself. */
  static Company first(double at) {
    return new Company(0, 0, 0, 0, 0, at);
  }

  /** The other came again: without this one near. */
  Company apart(int moreAround) {
    return new Company(of + 1, near, before, around + moreAround, awaySeconds, last).halved();
  }

  /** The other came again, {@code lag} seconds after this one; negative if before. */
  Company together(double lag, int moreAround, double at) {
    return new Company(
            of + 1,
            near + 1,
            before + (lag > Vicinity.SAME ? 1 : 0),
            around + moreAround,
            awaySeconds + Math.abs(lag),
            at)
        .halved();
  }

  private Company halved() {
    double mean = near == 0 ? 0 : awaySeconds / near;
    return of < MOST
        ? this
        : new Company(of / 2, near / 2, before / 2, around / 2, mean * (near / 2), last);
  }
}
