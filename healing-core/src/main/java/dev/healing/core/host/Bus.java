package dev.healing.core.host;

import dev.healing.api.HostException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.freedesktop.dbus.connections.IDisconnectCallback;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.matchrules.DBusMatchRule;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Error;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a message bus. Messages rather than the library's proxies: each call has its own
 * deadline, and nothing is generated, introspected or kept.
 */
final class Bus implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(2);

  /** For what every look asks: else a hung systemd would cost it all that its sampler measured. */
  static final Duration LOOK_LIMIT = Duration.ofSeconds(1);

  /** Reading all unit files runs generators. */
  static final Duration RELOAD_LIMIT = Duration.ofSeconds(30);

  /** The other side answered with an error. */
  static final class CallException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String name;

    CallException(String name, String message) {
      super(message);
      this.name = name;
    }

    /** Such as {@code org.freedesktop.systemd1.NoSuchUnit}. */
    String name() {
      return name;
    }
  }

  /** Whether the connection was lost, and what to do then. */
  private static final class Loss implements IDisconnectCallback {
    private boolean happened;
    private @Nullable Runnable then;

    @Override
    public void disconnectOnError(IOException e) {
      happen();
    }

    @Override
    public void exceptionOnTerminate(IOException e) {
      happen();
    }

    private synchronized void happen() {
      happened = true;
      tell();
    }

    synchronized void then(Runnable action) {
      then = action;
      if (happened) {
        tell();
      }
    }

    /** Once. */
    private void tell() {
      Runnable action = then;
      then = null;
      if (action != null) {
        action.run();
      }
    }

    synchronized boolean happened() {
      return happened;
    }
  }

  private final DBusConnection connection;
  private final Loss loss;

  private Bus(DBusConnection connection, Loss loss) {
    this.connection = connection;
    this.loss = loss;
  }

  /** Connects on a worker, since neither connecting nor authenticating has a deadline. */
  static Bus connect(DBusConnectionBuilder builder, DaemonWorkers workers) {
    CompletableFuture<DBusConnection> connected = new CompletableFuture<>();
    Loss loss = new Loss();
    workers.start(
        "bus-connect",
        () -> {
          try {
            DBusConnection made =
                builder
                    .withShared(false)
                    .withImportWeakReferences(true)
                    .withDisconnectCallback(loss)
                    .receivingThreadConfig()
                    .withSignalThreadCount(1)
                    .withMethodReturnThreadCount(1)
                    .withMethodCallThreadCount(1)
                    .withErrorHandlerThreadCount(1)
                    .connectionConfig()
                    .build();
            if (!connected.complete(made)) {
              made.disconnect();
            }
          } catch (DBusException | RuntimeException e) {
            connected.completeExceptionally(e);
          }
        });
    try {
      return new Bus(connected.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS), loss);
    } catch (ExecutionException e) {
      throw new HostException("no connection to the system bus: " + e.getCause(), e);
    } catch (TimeoutException e) {
      giveUp(connected);
      throw new HostException("no connection to the system bus within " + LIMIT.toSeconds() + " s");
    } catch (InterruptedException e) {
      giveUp(connected);
      Thread.currentThread().interrupt();
      throw new HostException("interrupted while connecting to the system bus", e);
    }
  }

  private static void giveUp(CompletableFuture<DBusConnection> connected) {
    if (!connected.cancel(false) && !connected.isCompletedExceptionally()) {
      connected.join().disconnect();
    }
  }

  boolean connected() {
    return !loss.happened() && connection.isConnected();
  }

  /** A call that was sent, and how long its answer may take. */
  record Sent(MethodCall call, String what, Duration limit) {
    /** Waits for the answer. */
    Object[] answer() throws CallException {
      try {
        Message reply = call.getReply(limit.toMillis());
        if (reply == null) {
          throw new HostException(
              Thread.currentThread().isInterrupted()
                  ? "interrupted while systemd was asked for " + what
                  : "systemd did not answer " + what + " within " + limit.toSeconds() + " s");
        }
        Object[] values = reply.getParameters();
        if (reply instanceof Error) {
          String message = values == null || values.length == 0 ? "" : String.valueOf(values[0]);
          throw new CallException(String.valueOf(reply.getName()), what + ": " + message);
        }
        return values == null ? new Object[0] : values;
      } catch (DBusException | RuntimeException e) {
        throw failed(what, e);
      }
    }
  }

  /** Calls a method of systemd and waits for the answer, at most {@link #LIMIT}. */
  Object[] call(String path, String type, String member, String signature, Object... arguments)
      throws CallException {
    return send(LIMIT, path, type, member, signature, arguments).answer();
  }

  /**
   * Calls a method of systemd, which works on it while the next one is sent.
   *
   * @param limit how long to wait for the answer
   */
  Sent send(
      Duration limit,
      String path,
      String type,
      String member,
      String signature,
      Object... arguments) {
    String what = type.substring(type.lastIndexOf('.') + 1) + "." + member;
    try {
      MethodCall call =
          connection
              .getMessageFactory()
              .createMethodCall(
                  null,
                  "org.freedesktop.systemd1",
                  path,
                  type,
                  member,
                  (byte) 0,
                  signature.isEmpty() ? null : signature,
                  arguments);
      connection.sendMessage(call);
      return new Sent(call, what, limit);
    } catch (DBusException | RuntimeException e) {
      throw failed(what, e);
    }
  }

  private static HostException failed(String what, Exception e) {
    return e instanceof HostException host
        ? host
        : new HostException("systemd could not be asked for " + what + ": " + e, e);
  }

  void onSignal(DBusMatchRule rule, Consumer<DBusSignal> handler) {
    try {
      AutoCloseable unused = connection.addGenericSigHandler(rule, handler::accept);
    } catch (DBusException | RuntimeException e) {
      throw new HostException("the system bus refused to send signals: " + e, e);
    }
  }

  /** Has this done when the connection is lost, at once if it already is; not when it is closed. */
  void onLost(Runnable then) {
    loss.then(then);
  }

  @Override
  public void close() {
    connection.disconnect();
  }
}
