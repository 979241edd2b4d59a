package io.kugetsu.operations.internal;

import io.kugetsu.internal.Json;
import io.kugetsu.operations.KeyUse;
import io.kugetsu.operations.Stats;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The JSON form of stats. */
public final class StatsForm {
  private static final int FORMAT = 1;

  private StatsForm() {}

  /**
   * Writes stats.
   *
   * @param stats the stats
   * @return one line of JSON
   */
  public static String write(Stats stats) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("format", FORMAT);
    fields.put("at", stats.at().toString());
    fields.put("queued", stats.queued());
    fields.put("running", stats.running());
    fields.put("awaiting", stats.awaiting());
    stats.oldestWait().ifPresent(wait -> fields.put("oldestWait", wait.toString()));
    Map<String, Integer> failures = new TreeMap<>();
    stats
        .failures()
        .forEach((type, count) -> failures.put(type.name().toLowerCase(Locale.ROOT), count));
    fields.put("failures", failures);
    fields.put("keys", stats.keys().stream().map(StatsForm::key).toList());
    return Json.line(fields);
  }

  private static Map<String, Object> key(KeyUse use) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("key", use.key().value());
    fields.put("held", use.held());
    fields.put("waiting", use.waiting());
    use.limit().ifPresent(limit -> fields.put("limit", limit));
    use.room().ifPresent(room -> fields.put("room", room));
    use.reason().ifPresent(reason -> fields.put("reason", reason));
    use.until().ifPresent(until -> fields.put("until", until.toString()));
    return fields;
  }
}
