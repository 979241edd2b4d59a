package io.kugetsu.task;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitKey;
import io.kugetsu.common.SessionKey;
import io.kugetsu.common.TaskId;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.engine.Holder;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Values of records, made from their components, so that a component that is added later is in them
 * too. The full and the empty one differ in each component but those that must agree with others.
 */
public final class Samples {
  /** Types that take certain values only: the full sample's and the empty one's. */
  private static final Map<Class<?>, Object[]> FIXED =
      Map.ofEntries(
          pair(
              TaskId.class,
              new TaskId("tsk_01k3x5m7q2a9bcdefgh"),
              new TaskId("tsk_01k3x5m7q2a9bcdefgh")),
          pair(TaskStatus.class, TaskStatus.TIMED_OUT, TaskStatus.COMPLETED),
          pair(IssueRef.class, IssueRef.parse("github.com/acme/shop#42@b"), null),
          pair(SessionKey.class, new SessionKey("shop-42-1f0a2b3c4d"), null),
          pair(LimitKey.class, LimitKey.of("provider:anthropic"), null),
          pair(Instant.class, Instant.parse("2026-11-21T13:17:53.123456789Z"), Instant.EPOCH),
          pair(Duration.class, Duration.ofSeconds(4711, 42), Duration.ZERO),
          pair(OptionalInt.class, OptionalInt.of(137), OptionalInt.empty()),
          pair(Holder.class, null, null),
          pair(boolean.class, true, false),
          pair(int.class, 41, 0),
          pair(long.class, 1L << 40, 0L));

  private Samples() {}

  private static Map.Entry<Class<?>, Object[]> pair(Class<?> type, Object full, Object empty) {
    return Map.entry(type, new Object[] {full, empty});
  }

  public static <T> T full(Class<T> type) {
    return type.cast(record(type, true));
  }

  public static <T> T empty(Class<T> type) {
    return type.cast(record(type, false));
  }

  /** A copy with another value of one component. */
  public static <T extends Record> T with(T record, String component, Object value) {
    try {
      RecordComponent[] components = record.getClass().getRecordComponents();
      Object[] values = new Object[components.length];
      for (int i = 0; i < values.length; i++) {
        boolean other = components[i].getName().equals(component);
        values[i] = other ? value : components[i].getAccessor().invoke(record);
      }
      @SuppressWarnings("unchecked")
      Class<T> type = (Class<T>) record.getClass();
      return type.cast(make(type, values));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no copy of " + record, e);
    }
  }

  private static Object record(Class<?> type, boolean full) {
    Object[] values =
        Arrays.stream(type.getRecordComponents())
            .map(it -> value(it.getName(), it.getGenericType(), full))
            .toArray();
    try {
      return make(type, values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no sample of " + type, e);
    }
  }

  private static Object make(Class<?> type, Object[] values) throws ReflectiveOperationException {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    return type.getDeclaredConstructor(types).newInstance(values);
  }

  private static Object value(String name, Type type, boolean full) {
    if (type instanceof ParameterizedType of && of.getRawType() == Optional.class) {
      return full
          ? Optional.of(value(name, of.getActualTypeArguments()[0], true))
          : Optional.empty();
    }
    if (type instanceof ParameterizedType of && of.getRawType() == List.class) {
      return full ? List.of(value(name, of.getActualTypeArguments()[0], true)) : List.of();
    }
    if (type instanceof ParameterizedType of && of.getRawType() == Set.class) {
      return full ? Set.of(value(name, of.getActualTypeArguments()[0], true)) : Set.of();
    }
    if (type instanceof ParameterizedType of && of.getRawType() == Map.class) {
      return Map.of();
    }
    if (!(type instanceof Class<?> raw)) {
      throw new AssertionError("no sample of " + name + ", a " + type);
    }
    if (FIXED.containsKey(raw)) {
      return FIXED.get(raw)[full ? 0 : 1];
    }
    if (raw == String.class) {
      return full ? "the " + name : "";
    }
    if (raw.isEnum()) {
      Object[] constants = raw.getEnumConstants();
      return constants[full ? constants.length - 1 : 0];
    }
    if (raw.isRecord()) {
      return record(raw, full);
    }
    throw new AssertionError("no sample of " + name + ", a " + type);
  }
}
