package io.kugetsu.process;

import io.kugetsu.config.SecretMasker;
import io.kugetsu.config.SecretMasker.Span;
import java.util.List;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Masks a part of a line as the whole line says. */
final class PageMask {
  private static final Logger LOG = LoggerFactory.getLogger(PageMask.class);

  private final UnaryOperator<String> masker;

  PageMask(UnaryOperator<String> masker) {
    this.masker = masker;
  }

  /**
   * The part of a line between two places in it. A secret that reaches over one of them is masked
   * as if it were whole.
   */
  String part(String line, int start, int end) {
    try {
      if (start == 0 && end == line.length()) {
        String masked = masker.apply(line);
        return masked == null ? LineTeller.WITHHELD : masked;
      }
      return masker instanceof SecretMasker secrets
          ? without(secrets.spans(line), line, start, end, SecretMasker.MASK)
          : unlessChanged(line, start, end);
    } catch (RuntimeException | Error e) {
      // Not the exception itself: its message may well quote the line.
      LOG.warn("a masker failed with {}, its line is withheld", e.getClass().getName());
      return LineTeller.WITHHELD;
    }
  }

  /** What a masker changes lies between what it leaves alone at both ends of the line. */
  private String unlessChanged(String line, int start, int end) {
    String masked = masker.apply(line);
    if (masked == null) {
      return LineTeller.WITHHELD;
    }
    int shorter = Math.min(line.length(), masked.length());
    int same = 0;
    while (same < shorter && line.charAt(same) == masked.charAt(same)) {
      same++;
    }
    int sameAtEnd = 0;
    while (sameAtEnd < shorter - same
        && line.charAt(line.length() - 1 - sameAtEnd)
            == masked.charAt(masked.length() - 1 - sameAtEnd)) {
      sameAtEnd++;
    }
    return without(
        List.of(new Span(same, line.length() - sameAtEnd)),
        line,
        start,
        end,
        masked.substring(same, masked.length() - sameAtEnd));
  }

  private static String without(
      List<Span> spans, String line, int start, int end, String replacement) {
    StringBuilder part = new StringBuilder();
    int shown = start;
    for (Span span : spans) {
      if (span.start() < end && span.end() > start) {
        part.append(line, shown, Math.max(shown, span.start())).append(replacement);
        shown = Math.min(end, span.end());
      }
    }
    return part.append(line, shown, end).toString();
  }
}
