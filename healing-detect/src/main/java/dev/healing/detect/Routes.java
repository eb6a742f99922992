package dev.healing.detect;

/** The kernel's routing tables, as /proc/net/route and /proc/net/ipv6_route show them. */
final class Routes {
  private static final String ANY_V4 = "0".repeat(8);
  private static final String ANY_V6 = "0".repeat(32);

  private Routes() {}

  /** Whether one of them has a route for all that it has no other for. */
  static boolean leadSomewhere(String v4, String v6) {
    return v4.lines().map(line -> line.split("\\s+")).anyMatch(Routes::isDefaultV4)
        || v6.lines().map(line -> line.split("\\s+")).anyMatch(Routes::isDefaultV6);
  }

  /**
   * Interface, destination, gateway, flags, three counts, and the mask; "*" is one that refuses.
   */
  private static boolean isDefaultV4(String[] fields) {
    return fields.length > 7
        && fields[1].equals(ANY_V4)
        && fields[7].equals(ANY_V4)
        && !fields[0].equals("*");
  }

  /** Destination and its length first, the interface last; the loopback's is one that refuses. */
  private static boolean isDefaultV6(String[] fields) {
    return fields.length > 9
        && fields[0].equals(ANY_V6)
        && fields[1].equals("00")
        && !fields[9].equals("lo");
  }
}
