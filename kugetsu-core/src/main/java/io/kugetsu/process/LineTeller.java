package io.kugetsu.process;

import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Masks lines and hands them on, whatever the masker and the listener throw. */
final class LineTeller {
  private static final Logger LOG = LoggerFactory.getLogger(LineTeller.class);
  static final String WITHHELD = "[line withheld: it could not be masked]";

  private final String name;
  private final @Nullable UnaryOperator<String> masker;
  private final @Nullable Consumer<String> listener;
  private boolean listenerFailed;

  LineTeller(
      String name, @Nullable UnaryOperator<String> masker, @Nullable Consumer<String> listener) {
    this.name = name;
    this.masker = masker;
    this.listener = listener;
  }

  boolean hasListener() {
    return listener != null;
  }

  /** What may be seen of a line. */
  String mask(String text) {
    try {
      String visible = masker == null ? text : masker.apply(text);
      return visible == null ? WITHHELD : visible;
    } catch (RuntimeException | Error e) {
      // Not the exception itself: its message may well quote the line.
      LOG.warn("masker of {} failed with {}, its line is withheld", name, e.getClass().getName());
      return WITHHELD;
    }
  }

  /** Hands a line to the listener, if there is one. By one thread at a time. */
  void tell(String text) {
    if (listener == null) {
      return;
    }
    try {
      listener.accept(text);
    } catch (RuntimeException | Error e) {
      // Once with its trace; one that fails for each of a million lines shall not fill the logs.
      if (listenerFailed) {
        LOG.debug("output listener of {} failed again", name, e);
      } else {
        listenerFailed = true;
        LOG.warn("output listener of {} failed, it goes on getting lines", name, e);
      }
    }
  }
}
