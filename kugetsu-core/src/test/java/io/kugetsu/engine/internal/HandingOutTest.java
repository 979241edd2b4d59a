package io.kugetsu.engine.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kugetsu.common.Limits;
import io.kugetsu.common.StorageException;
import io.kugetsu.common.TaskId;
import io.kugetsu.engine.Claim;
import io.kugetsu.engine.ClaimRequest;
import io.kugetsu.engine.Engines;
import io.kugetsu.engine.MachineTime;
import io.kugetsu.engine.NewTask;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HandingOutTest {
  private static final Times TIMES = new Times(Clock.systemUTC(), MachineTime.system());
  private final MemoryVault vault = new MemoryVault();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger replaced = new AtomicInteger();

  /** The second record is another one by then, and after that nothing can be read any more. */
  private Vault breaking() {
    return (Vault)
        Proxy.newProxyInstance(
            Vault.class.getClassLoader(),
            new Class<?>[] {Vault.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("running") && looks.incrementAndGet() > 1) {
                throw new StorageException(Path.of("/disk"), "cannot be read", null);
              }
              if (method.getName().equals("replace") && replaced.incrementAndGet() == 2) {
                return false;
              }
              try {
                return method.invoke(vault, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private TaskId add() {
    TaskId id = TaskId.next(TIMES.clock());
    NewTask task =
        new NewTask(id, "agent", true, 0, Set.of(), null, null, null, null, Map.of(), List.of());
    vault.add(Transitions.accept(task, vault.nextOrder(TIMES.instant()), TIMES.instant()));
    return id;
  }

  @Test
  void what_was_handed_out_reaches_its_owner_whatever_fails_afterwards() {
    TaskId first = add();
    add();
    HandingOut handingOut = new HandingOut(breaking(), TIMES, Engines.localProbe());
    ClaimRequest request =
        new ClaimRequest(
            Engines.newOwner(), Set.of("agent"), Limits.none(), 2, null, record -> List.of());
    List<Claim> claims = handingOut.claim(request);
    assertEquals(List.of(first), claims.stream().map(claim -> claim.task().id()).toList());
    assertThrows(StorageException.class, () -> handingOut.claim(request), "nothing to lose");
  }
}
