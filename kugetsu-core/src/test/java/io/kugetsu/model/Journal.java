package io.kugetsu.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** All state of a server behind one lock, with one condition for everything that changes. */
final class Journal {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<ModelRequest> requests = new ArrayList<>();
  private final Set<Integer> hungUp = new HashSet<>();
  private final Set<String> openGates = new HashSet<>();
  private final Map<List<Object>, Integer> attempts = new HashMap<>();
  private boolean closed;

  ModelRequest add(ChatRequest request, String scenario) {
    return change(
        () -> {
          ModelRequest entry =
              new ModelRequest(
                  requests.size() + 1,
                  scenario,
                  request.prompt(),
                  request.turn(),
                  request.auxiliary(),
                  request.body());
          requests.add(entry);
          return entry;
        });
  }

  /** Counts a request at its position in its conversation; 1 for the first. */
  int attempt(ChatRequest request) {
    List<Object> position = List.of(request.prompt(), request.turn(), request.messages());
    return change(() -> attempts.merge(position, 1, Integer::sum));
  }

  void hungUp(ModelRequest request) {
    change(() -> hungUp.add(request.number()));
  }

  void open(String gate) {
    change(() -> openGates.add(gate));
  }

  void close() {
    change(() -> closed = true);
  }

  List<ModelRequest> requests() {
    return change(() -> List.copyOf(requests));
  }

  /** Waits for the gate; false if the server was closed first. */
  boolean passes(String gate) throws InterruptedException {
    await(() -> closed || openGates.contains(gate), null);
    return !isClosed();
  }

  /** Waits; false if the server was closed before the time was over. */
  boolean pause(Duration time) throws InterruptedException {
    return !await(() -> closed, time);
  }

  /** The first requests that match, as soon as there are enough of them. */
  List<ModelRequest> awaitRequests(
      int count, Predicate<? super ModelRequest> wanted, Duration limit) {
    awaitOrFail(() -> matching(wanted).size() >= count, limit, count + " matching request(s)");
    return change(() -> List.copyOf(matching(wanted).subList(0, count)));
  }

  void awaitHangUp(Predicate<? super ModelRequest> wanted, Duration limit) {
    BooleanSupplier gone =
        () -> matching(wanted).stream().anyMatch(request -> hungUp.contains(request.number()));
    awaitOrFail(gone, limit, "a client that hangs up");
  }

  private List<ModelRequest> matching(Predicate<? super ModelRequest> wanted) {
    return requests.stream().filter(wanted).toList();
  }

  private void awaitOrFail(BooleanSupplier reached, Duration limit, String what) {
    try {
      if (!await(reached, limit)) {
        throw new AssertionError(
            "waited %s for %s; there were: %s".formatted(limit, what, requests()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + what, e);
    }
  }

  /** Waits for a condition, without a limit if there is none; false if the limit came first. */
  private boolean await(BooleanSupplier reached, Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = limit == null ? Long.MAX_VALUE : limit.toNanos();
      while (!reached.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    return change(() -> closed);
  }

  private <T> T change(Supplier<T> action) {
    lock.lock();
    try {
      T result = action.get();
      changed.signalAll();
      return result;
    } finally {
      lock.unlock();
    }
  }
}
