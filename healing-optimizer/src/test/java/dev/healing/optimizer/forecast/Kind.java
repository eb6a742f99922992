package dev.healing.optimizer.forecast;

import static java.lang.Math.PI;
import static java.lang.Math.exp;
import static java.lang.Math.max;
import static java.lang.Math.min;
import static java.lang.Math.pow;
import static java.lang.Math.sin;

/**
 * What can become of a host's disk or memory: each draws a curve that is full at a minute, or
 * never.
 */
enum Kind {
  LEAK_UNDER_A_CYCLE(true, false) {
    @Override
    void draw(Drawing d) {
      double amplitude = d.between(0.02, 0.2);
      double[] day = d.day(amplitude);
      double start = d.between(0.1, 0.5);
      double slope = (1 - day[(int) (d.full % Drawing.DAY)] - start) / d.full;
      d.fill(t -> start + slope * t + day[(int) (t % Drawing.DAY)]);
    }
  },
  ACCELERATING_LEAK(true, false) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.6);
      double power = d.between(2, 5);
      double[] day = d.day(d.between(0, 0.05));
      d.fill(t -> start + (1 - start) * pow(t / d.full, power) + day[(int) (t % Drawing.DAY)]);
    }
  },
  LEAKING_HEAP(true, false) {
    @Override
    void draw(Drawing d) {
      double height = d.between(0.05, 0.35);
      double start = d.between(0.1, 0.9 - height);
      double begin = d.chance(0.5) ? 0 : d.between(0, d.full * 0.6);
      double[] saw = d.saw(d.logBetween(15, 720), d.between(0, 0.3));
      d.fill(
          t ->
              start
                  + (1 - height - start) * max(0, (t - begin) / (d.full - begin))
                  + height * saw[(int) t]);
    }
  },
  ROTATION_KEEPS_MORE(true, false) {
    @Override
    void draw(Drawing d) {
      double height = d.between(0.05, 0.3);
      double start = d.between(0.1, 0.9 - height);
      double period = d.chance(0.4) ? Drawing.DAY : d.between(240, Drawing.DAY);
      double[] saw = d.saw(period, d.chance(0.5) ? 0 : 0.1);
      int[] rounds = d.rounds(saw);
      double keep = (1 - height - start) / max(1, rounds[(int) d.full]);
      d.fill(t -> start + keep * rounds[(int) t] + height * saw[(int) t]);
    }
  },
  BURST_THAT_FILLS(true, false) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.15, 0.75);
      double[] day = d.day(d.between(0, 0.08));
      double minutes = d.logBetween(60, 720);
      double bend = d.between(0.8, 1.3);
      double[] freed = d.chance(0.3) ? d.bursts(2, 0.5 * (0.9 - start)) : new double[d.length];
      d.fill(
          t ->
              start
                  + (t < d.full - minutes ? freed[(int) t] : 0)
                  + day[(int) (t % Drawing.DAY)]
                  + (1 - start) * pow(max(0, t - d.full + minutes) / minutes, bend));
    }
  },
  STEPS_TO_FULL(true, false) {
    @Override
    void draw(Drawing d) {
      int steps = 5 + d.random.nextInt(16);
      double start = d.between(0.1, 0.5);
      boolean regular = d.chance(0.5);
      double apart = d.full / steps;
      double[] sizes = new double[steps];
      double[] ends = new double[steps];
      double sum = 0;
      for (int i = 0; i < steps; i++) {
        sizes[i] = d.between(0.6, 1.4);
        sum += sizes[i];
        ends[i] = d.full - apart * (steps - 1 - i - (regular ? 0 : d.between(-0.45, 0.45)));
      }
      ends[steps - 1] = d.full;
      double ramp = d.logBetween(2, 120);
      double all = sum;
      d.fill(
          t -> {
            double v = start;
            for (int i = 0; i < steps; i++) {
              v += (1.001 - start) * sizes[i] / all * min(1, max(0, (t - ends[i] + ramp) / ramp));
            }
            return v;
          });
    }
  },
  HEALTHY_HEAP(false, false) {
    @Override
    void draw(Drawing d) {
      double height = d.between(0.05, 0.5);
      double top = d.between(max(0.45, height), 0.97);
      double[] saw = d.saw(d.logBetween(15, 720), d.between(0, 0.3));
      d.fill(t -> top - height + height * saw[(int) t]);
    }
  },
  STABLE_ROTATION(false, false) {
    @Override
    void draw(Drawing d) {
      double height = d.between(0.05, 0.5);
      double top = d.between(max(0.45, height), 0.97);
      double period = d.chance(0.4) ? Drawing.DAY : d.between(240, 2 * Drawing.DAY);
      double[] saw = d.saw(period, d.chance(0.5) ? 0 : 0.1);
      d.fill(t -> top - height + height * saw[(int) t]);
    }
  },
  BURST_THEN_FREED(false, false) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.15, 0.7);
      double[] day = d.day(d.between(0, 0.08));
      double[] freed = d.bursts(1 + d.random.nextInt(4), d.between(0.4, 0.95) - start);
      d.fill(t -> start + day[(int) (t % Drawing.DAY)] + max(0, freed[(int) t]));
    }
  },
  STEP_TO_A_PLATEAU(false, false) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.6);
      double plateau = d.between(start + 0.05, 0.97);
      double at = d.between(0.1, 0.9) * d.length;
      double ramp = d.logBetween(1, 40);
      double[] day = d.day(d.between(0, 0.05));
      d.fill(
          t ->
              start
                  + (plateau - start) * min(1, max(0, (t - at) / ramp))
                  + day[(int) (t % Drawing.DAY)]);
    }
  },
  STRONG_CYCLE(false, false) {
    @Override
    void draw(Drawing d) {
      double amplitude = d.between(0.2, 0.6);
      double top = d.between(amplitude + 0.05, 0.97);
      double weekend = d.chance(0.5) ? d.between(0.1, 0.9) : 1;
      double[] day = d.day(amplitude);
      double lowest = java.util.Arrays.stream(day).min().orElse(0);
      double uneven = d.between(0, 0.05);
      double[] sizes = d.random.doubles(12, 1 - uneven, 1).toArray();
      d.fill(
          t -> {
            double days = (t + d.offset) / Drawing.DAY + 0.5; // from noon to noon
            int dayOf = (int) days;
            double share = days - dayOf;
            share =
                (1 - share) * (dayOf % 7 >= 5 ? weekend : sizes[dayOf % 12])
                    + share * ((dayOf + 1) % 7 >= 5 ? weekend : sizes[(dayOf + 1) % 12]);
            return top - amplitude + share * (day[(int) (t % Drawing.DAY)] - lowest);
          });
    }
  },
  CACHE_THAT_SATURATES(false, false) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.05, 0.4);
      double level = d.between(start + 0.2, 0.97);
      double pace = d.logBetween(120, 1800);
      double begin = d.chance(0.5) ? 0 : d.between(0, 0.6) * d.length;
      double[] day = d.day(d.between(0, 0.03));
      d.fill(
          t ->
              start
                  + (level - start) * (1 - exp(-max(0, t - begin) / pace))
                  + day[(int) (t % Drawing.DAY)]);
    }
  },

  // ------------------------------------- held back: nothing was ever chosen by these

  HEAP_WITH_A_FIXED_TRIGGER(true, true) {
    @Override
    void draw(Drawing d) {
      double trigger = d.between(0.6, 0.92);
      double start = d.between(0.1, trigger - 0.2);
      double[] saw = d.saw(d.logBetween(10, 240), 0.2);
      d.fill(
          t -> {
            double floor = start + (1 - start) * t / d.full;
            return floor + max(0, trigger - floor) * saw[(int) t];
          });
    }
  },
  LEAK_THAT_RESTARTS_DELAY(true, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.4);
      double last = d.between(0.5, 1.5) * Drawing.DAY;
      double period = d.between(0.4, 0.9) * last;
      d.fill(
          t -> {
            double since = t > d.full - last ? t - d.full + last : (d.full - last - t) % period;
            double run = t > d.full - last ? since : period - since;
            return start + (1 - start) * run / last;
          });
    }
  },
  BURST_WITH_PAUSES(true, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.2, 0.6);
      double minutes = d.logBetween(120, 900);
      double pause = d.between(10, 40);
      d.fill(
          t -> {
            double since = max(0, t - d.full + minutes);
            double cycle = 3 * pause;
            double busy = Math.floor(since / cycle) * 2 * pause + min(2 * pause, since % cycle);
            double all = Math.floor(minutes / cycle) * 2 * pause + min(2 * pause, minutes % cycle);
            return start + (1.002 - start) * busy / all;
          });
    }
  },
  GROWS_IN_OFFICE_HOURS(true, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.5);
      double[] grown = new double[d.length];
      double sum = 0;
      for (int i = 0; i < d.length; i++) {
        int minute = (i + d.offset) % Drawing.DAY;
        sum += minute > 540 && minute < 1080 ? 1 : 0.05;
        grown[i] = sum;
      }
      double all = grown[(int) d.full];
      d.fill(t -> start + (1.0005 - start) * grown[(int) t] / all);
    }
  },
  DOUBLES(true, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.5);
      double doubling = d.logBetween(60, 1440);
      d.fill(t -> start + (1 - start) * pow(2, (t - d.full) / doubling));
    }
  },
  STEPS_PARTLY_FREED(true, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.4);
      double apart = d.between(180, 720);
      double count = max(2, Math.floor(d.full / apart));
      double freed = d.between(0.1, 0.6);
      double step = (1.001 - start) / (1 + (count - 1) * (1 - freed));
      d.fill(
          t -> {
            double gone = d.full - count * apart;
            double rounds = max(0, (t - gone) / apart);
            double within = rounds - Math.floor(rounds);
            return start
                + step * (1 - freed) * max(0, Math.floor(rounds) - 1)
                + (rounds >= 1 ? step * (within < 0.4 ? 1 : 1 - freed) : 0);
          });
    }
  },
  NIGHTLY_BATCHES(false, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.5);
      double typical = d.between(0.1, 0.6) * (0.95 - start);
      double minutes = d.between(60, 300);
      double[] peaks = new double[12];
      for (int i = 0; i < peaks.length; i++) {
        peaks[i] = min(0.97 - start, typical * exp(0.3 * d.random.nextGaussian()));
      }
      d.fill(
          t -> {
            double minute = (t + d.offset) % Drawing.DAY;
            double share = minute < minutes ? minute / minutes : 0;
            return start + peaks[(int) ((t + d.offset) / Drawing.DAY) % 12] * share;
          });
    }
  },
  WANDERS(false, true) {
    @Override
    void draw(Drawing d) {
      double mean = d.between(0.3, 0.7);
      double spread = d.between(0.03, (0.98 - mean) / 3);
      double keep = exp(-1 / d.logBetween(120, 2000));
      double[] level = new double[d.length];
      double x = 0;
      for (int i = 0; i < d.length; i++) {
        x = keep * x + Math.sqrt(1 - keep * keep) * spread * d.random.nextGaussian();
        level[i] = min(0.97, mean + x);
      }
      d.fill(t -> level[(int) t]);
    }
  },
  LEAK_RESTARTED_IN_TIME(false, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.4);
      double top = d.between(0.5, 0.96);
      double[] saw = d.saw(d.between(0.4, 2) * Drawing.DAY, 0.15);
      d.fill(t -> min(0.97, start + (top - start) * saw[(int) t]));
    }
  },
  STAIRS_THAT_ARE_CLEANED(false, true) {
    @Override
    void draw(Drawing d) {
      double start = d.between(0.1, 0.4);
      double top = d.between(0.5, 0.95);
      int steps = 2 + d.random.nextInt(5);
      double apart = d.between(180, 900);
      d.fill(
          t -> start + (top - start) * (Math.floor((t + d.offset) / apart) % (steps + 1)) / steps);
    }
  },
  HEAP_UNDER_A_CYCLE(false, true) {
    @Override
    void draw(Drawing d) {
      double height = d.between(0.05, 0.25);
      double amplitude = d.between(0.1, 0.35);
      double top = d.between(height + amplitude, 0.96);
      double[] day = d.day(amplitude);
      double highest = java.util.Arrays.stream(day).max().orElse(0);
      double[] saw = d.saw(d.logBetween(15, 180), 0.2);
      d.fill(t -> top - height - highest + day[(int) (t % Drawing.DAY)] + height * saw[(int) t]);
    }
  },
  UP_AND_DOWN(false, true) {
    @Override
    void draw(Drawing d) {
      double low = d.between(0.1, 0.5);
      double high = d.between(low + 0.1, 0.96);
      double apart = d.logBetween(60, 1000);
      double[] level = new double[d.length];
      double now = low;
      for (int i = 0; i < d.length; i++) {
        if (d.random.nextDouble() < 1 / apart) {
          now = d.between(low, high);
        }
        level[i] = now;
      }
      d.fill(t -> level[(int) t]);
    }
  };

  /** Whether it becomes full. */
  final boolean fills;

  /** Whether it is only looked at, never chosen by. */
  final boolean heldBack;

  Kind(boolean fills, boolean heldBack) {
    this.fills = fills;
    this.heldBack = heldBack;
  }

  abstract void draw(Drawing drawing);

  static double wave(double turns) {
    return sin(2 * PI * turns);
  }
}
