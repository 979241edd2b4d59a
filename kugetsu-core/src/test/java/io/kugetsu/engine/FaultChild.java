package io.kugetsu.engine;

import io.kugetsu.internal.Faults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes each step of each scene in a directory and a thread of its own, stays in the middle of all
 * of them at once, a different one in each, and waits to be killed.
 */
public final class FaultChild {
  /** Begins the last line. */
  static final String ALL = "all are there";

  private final Path root;
  private final Map<Thread, AtomicInteger> allowed = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();

  private FaultChild(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws Exception {
    new FaultChild(Path.of(args[0])).run();
  }

  private void run() throws Exception {
    for (FaultScene.Step step : FaultScene.Step.values()) {
      int count = count(step);
      for (int at = 0; at < count; at++) {
        prepare(step, at);
      }
    }
    CountDownLatch there = new CountDownLatch(threads.size());
    Faults.holdAt(
        allowed,
        next -> {
          say(Thread.currentThread().getName() + " " + next);
          there.countDown();
        });
    threads.forEach(Thread::start);
    there.await();
    say(ALL);
    new CountDownLatch(1).await();
  }

  private Engine open(String name) throws IOException {
    Path directory = Files.createDirectory(root.resolve(name));
    return Engines.files(directory, FaultScene.CLOCK, Engines.localProbe());
  }

  private int count(FaultScene.Step step) throws IOException {
    try (Engine engine = open("dry-" + step);
        Faults faults = Faults.none()) {
      FaultScene scene = FaultScene.prepared(engine, step, Engines.newOwner());
      int before = faults.steps().size();
      scene.act();
      return faults.steps().size() - before;
    }
  }

  private void prepare(FaultScene.Step step, int at) throws IOException {
    String name = step + "-" + at;
    FaultScene scene = FaultScene.prepared(open(name), step, Engines.newOwner());
    Thread thread =
        new Thread(
            () -> {
              scene.act();
              say("not held: " + name);
            },
            step + " " + at + " " + scene.subject);
    allowed.put(thread, new AtomicInteger(at));
    threads.add(thread);
  }

  private static synchronized void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
