package io.kugetsu.notification;

import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the log. */
final class LogSink implements NotificationSink {
  private static final Logger LOG = LoggerFactory.getLogger("io.kugetsu.notification");

  private final String name;

  LogSink(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void deliver(Notification notification) {
    switch (notification.type()) {
      case TASK_ERROR, TASK_BLOCKED, KEY_PAUSED ->
          LOG.warn(
              "{}{}{}",
              notification.message(),
              notification.lastOutput().isEmpty() ? "" : "\n",
              notification.lastOutput());
      case TASK_QUEUED, TASK_DEQUEUED, TASK_STARTED, TASK_COMPLETED, TASK_WAITING, TASK_ASSIGNED ->
          LOG.info("{}", notification.message());
    }
  }
}
