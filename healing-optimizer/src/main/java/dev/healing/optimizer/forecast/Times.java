package dev.healing.optimizer.forecast;

/** When it might be: seconds from now, each with its weight; infinite is never. */
final class Times {
  private final double[] seconds;
  private final double[] weights;
  private int size;
  private double all;

  Times(int most) {
    seconds = new double[most];
    weights = new double[most];
  }

  /** Keeps them in their order. */
  void add(double second, double weight) {
    if (!(weight > 0)) {
      return;
    }
    int i = size++;
    for (; i > 0 && seconds[i - 1] > second; i--) {
      seconds[i] = seconds[i - 1];
      weights[i] = weights[i - 1];
    }
    seconds[i] = second;
    weights[i] = weight;
    all += weight;
  }

  /** Adds others, for this part of the whole. */
  void add(Times others, double part) {
    for (int i = 0; i < others.size; i++) {
      add(others.seconds[i], others.weights[i] / others.all * part);
    }
  }

  /** How likely it is within so many seconds. */
  double within(double horizon) {
    double sum = 0;
    for (int i = 0; i < size && seconds[i] <= horizon; i++) {
      sum += weights[i];
    }
    return all == 0 ? 0 : Math.min(1, sum / all);
  }

  /** Of those that are not never, the one that this part of them is not after. */
  double quantile(double part) {
    double finite = within(Double.MAX_VALUE) * all;
    double sum = 0;
    for (int i = 0; i < size; i++) {
      sum += weights[i];
      if (sum >= part * finite) {
        return seconds[i];
      }
    }
    return Double.POSITIVE_INFINITY;
  }
}
