package io.kugetsu.notification;

import io.kugetsu.common.Experimental;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Somewhere that notifications go: a chat bot, a program, a log. Each notification that is made
 * known from the first opening with a sink of this name on, by whatever instance or program on the
 * directory, is delivered to it at least once: normally exactly once, and again with the same
 * {@link Notification#id() id} when the program died, or failed, right after a delivery. Who must
 * not see anything twice remembers the ids.
 *
 * <p>A delivery that fails is tried again at once, then after half a second, and each time after
 * twice as long, up to 30 seconds, eight times; then it is given up, and owed again at the next
 * opening. Meanwhile what comes after it waits, so that the order is kept. Other sinks do not wait.
 */
@Experimental
public interface NotificationSink {
  /**
   * Names it. What was delivered is kept under this name, and of several open sinks of one name on
   * a directory, in whatever programs, one is used at a time; so the name says where notifications
   * go, and stays the same.
   *
   * @return lower-case letters, digits, {@code .}, {@code _} and {@code -} only, 64 at most, a
   *     letter or digit first; always the same
   */
  String name();

  /**
   * Delivers one notification. Called on a thread of kugetsu's that is this sink's own, for one at
   * a time and in their order. May block; when kugetsu is closed meanwhile, the thread is
   * interrupted after two seconds.
   *
   * @param notification what to tell
   * @throws Exception when it was not delivered, and is to be tried again; a {@link
   *     DeliveryFailedException} may say when
   */
  void deliver(Notification notification) throws Exception;

  /**
   * A sink that hands notifications to the embedding program.
   *
   * @param name its name
   * @param listener is given each; what it throws is a delivery that failed
   * @return the sink
   */
  static NotificationSink listener(String name, Consumer<? super Notification> listener) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(listener, "listener");
    return new NotificationSink() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public void deliver(Notification notification) {
        listener.accept(notification);
      }
    };
  }

  /**
   * A sink that writes to the log (SLF4J, logger {@code io.kugetsu.notification}): errors and
   * obstacles as warnings with the last lines of output, all others as information.
   *
   * @param name its name
   * @return the sink
   */
  static NotificationSink log(String name) {
    return new LogSink(name);
  }
}
