package dev.healing.runner.bench.fleet;

/**
 * What would become of memory or of the file system if nobody did anything: nobody can know it, and
 * what was done is judged by it.
 */
record Foresight(FleetHost host, boolean ofMemory) {
  static Foresight of(FleetHost host, boolean memory) {
    return new Foresight(host, memory);
  }

  private interface Sees {
    /** Whether that is enough to know. */
    boolean sees(double used);
  }

  /** Whether it would reach that within so many days. */
  boolean reaches(double level, double days) {
    return look(days, used -> used >= level) >= level;
  }

  /** Whether it would be below that within so many days, without having come to an end. */
  boolean passes(double below, double ends, double days) {
    return look(days, used -> used >= ends || used < below) < below;
  }

  /** What is in use when enough is seen, or in the end. */
  private double look(double days, Sees enough) {
    Memory memory = host.memory().copy();
    Disk disk = host.disk().copy();
    double used = ofMemory ? memory.used() : disk.used();
    for (double at = host.now(); at < host.now() + days; at += host.tickDays()) {
      if (ofMemory) {
        memory.advance(at);
      } else {
        disk.advance(at);
      }
      used = ofMemory ? memory.used() : disk.used();
      if (enough.sees(used)) {
        return used;
      }
    }
    return used;
  }
}
