package io.kugetsu.queue.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kugetsu.internal.ProcessFacts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the files tell of who serves and of who is on its way. */
class DaemonFilesTest {
  @TempDir Path directory;
  private final DaemonMark me = mark(ProcessFacts.ownPid());
  private final DaemonMark parent = mark(ProcessHandle.current().parent().orElseThrow().pid());
  private DaemonFiles files;

  private static DaemonMark mark(long pid) {
    return DaemonMark.of(pid, Instant.EPOCH, Duration.ZERO);
  }

  @BeforeEach
  void make() {
    files = new DaemonFiles(directory);
    files.make();
  }

  @Test
  void who_serves_is_on_its_way_no_more() {
    files.tellLaunched(me);
    assertEquals(Optional.of(me), files.starting());
    files.tellServing(me);
    assertEquals(Optional.of(me), files.serving());
    assertEquals(Optional.empty(), files.starting());
  }

  /** It ends a moment later; who sees it on its way would hand a message over to nobody. */
  @Test
  void neither_is_who_is_superfluous_nor_what_it_was_launched_by() {
    files.tell(parent);
    files.tellLaunched(me);
    assertEquals(Optional.of(me), files.starting());
    files.tellSuperfluous(me);
    assertEquals(Optional.empty(), files.starting());

    files.tell(me);
    files.tellLaunched(parent);
    assertEquals(Optional.of(parent), files.starting());
    files.tellSuperfluous(me);
    assertEquals(Optional.empty(), files.starting());
  }
}
