package io.kugetsu.support;

import io.kugetsu.common.StorageException;
import io.kugetsu.engine.Engine;
import io.kugetsu.engine.EngineTraits;
import io.kugetsu.engine.KeyStore;
import io.kugetsu.engine.NotificationStore;
import io.kugetsu.engine.SessionStore;
import io.kugetsu.engine.TaskStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An engine whose stores fail when a test says so, as a full disk would make it fail. */
public final class BrokenEngine implements Engine {
  private final Engine engine;
  private final TaskStore tasks;
  private final SessionStore sessions;
  private final Map<String, Runnable> before = new ConcurrentHashMap<>();
  private final Map<String, Runnable> after = new ConcurrentHashMap<>();

  public BrokenEngine(Engine engine) {
    this.engine = engine;
    this.tasks = breakable(TaskStore.class, "", engine.tasks());
    this.sessions = breakable(SessionStore.class, "sessions.", engine.sessions());
  }

  private <T> T breakable(Class<T> type, String prefix, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            BrokenEngine.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              before.getOrDefault(prefix + method.getName(), () -> {}).run();
              try {
                Object result = method.invoke(real, arguments);
                after.getOrDefault(prefix + method.getName(), () -> {}).run();
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /**
   * Does something before each call of a method: one of the task store, or with {@code sessions.}
   * before its name one of the sessions.
   */
  public void before(String method, Runnable action) {
    before.put(method, action);
  }

  /** Does something after each call of a method, before its caller gets the result. */
  public void after(String method, Runnable action) {
    after.put(method, action);
  }

  /** Lets a method fail from now on. */
  public void breaks(String method) {
    before(
        method,
        () -> {
          throw new StorageException(Path.of("/disk"), "no space left on " + method, null);
        });
  }

  public void works(String method) {
    before.remove(method);
    after.remove(method);
  }

  @Override
  public TaskStore tasks() {
    return tasks;
  }

  @Override
  public SessionStore sessions() {
    return sessions;
  }

  @Override
  public NotificationStore notifications() {
    return engine.notifications();
  }

  @Override
  public KeyStore keys() {
    return engine.keys();
  }

  @Override
  public EngineTraits traits() {
    return engine.traits();
  }

  @Override
  public void close() {
    engine.close();
  }
}
