package dev.healing.core.trace;

import dev.healing.core.json.JsonText;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A line of a trace, taken apart. What nearly every line has is read as numbers, of which a month
 * has a hundred million; whatever else there is, is a tree.
 */
final class TraceLine {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final ObjectNode others = JsonText.object();
  private String at = "";
  private long up;
  private int size;
  private int[] metrics = new int[32];
  private double[] values = new double[32];
  private long[] times = new long[32];

  private TraceLine() {}

  /**
   * Takes a line apart.
   *
   * @throws JacksonException if it is no JSON object, or its samples are not whole
   */
  static TraceLine parse(byte[] bytes, int begin, int end) {
    TraceLine line = new TraceLine();
    try (JsonParser json =
        FACTORY.createParser(ObjectReadContext.empty(), bytes, begin, end - begin)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new StreamReadException(json, "expected a JSON object");
      }
      line.read(json);
      if (json.nextToken() != null) {
        throw new StreamReadException(json, "expected one JSON object");
      }
    }
    return line;
  }

  private void read(JsonParser json) {
    int sizeOfValues = 0;
    int sizeOfTimes = 0;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken first = json.nextToken();
      switch (name) {
        case "at" -> at = json.getString();
        case "up" -> up = json.getLongValue();
        case "metrics" -> {
          for (size = 0; more(first, json); size++) {
            metrics = size < metrics.length ? metrics : Arrays.copyOf(metrics, 2 * size);
            metrics[size] = json.getIntValue();
          }
        }
        case "values" -> {
          for (sizeOfValues = 0; more(first, json); sizeOfValues++) {
            int room = values.length;
            values = sizeOfValues < room ? values : Arrays.copyOf(values, 2 * room);
            values[sizeOfValues] = json.getDoubleValue();
          }
        }
        case "times" -> {
          for (sizeOfTimes = 0; more(first, json); sizeOfTimes++) {
            times = sizeOfTimes < times.length ? times : Arrays.copyOf(times, 2 * sizeOfTimes);
            times[sizeOfTimes] = json.getLongValue();
          }
        }
        default -> others.set(name, JsonText.read(json));
      }
    }
    if (sizeOfValues != size || sizeOfTimes != size) {
      throw new StreamReadException(
          json, size + " samples have " + sizeOfValues + " values and " + sizeOfTimes + " times");
    }
  }

  private static boolean more(JsonToken first, JsonParser json) {
    if (first != JsonToken.START_ARRAY) {
      throw new StreamReadException(json, "expected a list of numbers");
    }
    return json.nextToken() != JsonToken.END_ARRAY;
  }

  /** What is not below. */
  JsonNode others() {
    return others;
  }

  /** When the look was; empty if that is not told. */
  String at() {
    return at;
  }

  /** Nanoseconds since the boot; 0 if that is not told. */
  long up() {
    return up;
  }

  /** How many samples there are. */
  int size() {
    return size;
  }

  /** The number of a sample's metric. */
  int metric(int i) {
    return metrics[i];
  }

  double value(int i) {
    return values[i];
  }

  /** Nanoseconds from the sample before, or from the look for the first. */
  long time(int i) {
    return times[i];
  }
}
