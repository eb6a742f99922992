package dev.healing.runner.http;

import java.util.Optional;

/** Links that were sent to somebody, to approve or reject what is asked. */
public interface Invitations {
  /** Where they lead; the token is the rest of the path. */
  String PATH = "/confirm/";

  /** How messages name this host. */
  String hostName();

  /** The {@linkplain dev.healing.api.Incident#confirmation confirmation} that a good one is for. */
  Optional<String> confirmation(String token);

  /** The same, and from now on it is good for nothing. */
  Optional<String> use(String token);

  /** Nothing came of it: it is as good as before. */
  void giveBack(String token);
}
