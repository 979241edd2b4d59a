package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.kugetsu.worktree.internal.registry.CheckedOut;
import io.kugetsu.worktree.internal.registry.IndexLock;
import io.kugetsu.worktree.internal.registry.Place;
import io.kugetsu.worktree.internal.registry.Trash;
import io.kugetsu.worktree.internal.registry.TreeLink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks at files that others make and take away all the while: what went is no failure. */
class VanishingFilesTest {
  private static final int LOOKS = 1_500;
  private static final int SLOW_LOOKS = 100;

  @TempDir Path temp;

  @Test
  void a_lock_of_another_git() throws Exception {
    Path file = temp.resolve("index.lock");
    IndexLock lock = new IndexLock(file, temp.resolve("draft"), "ours\n");

    whileItComesAndGoes(file, () -> assertFalse(lock.isOurs()));
  }

  @Test
  void the_head_of_a_worktree_that_is_being_removed() throws Exception {
    CheckedOut checkout = new CheckedOut(temp, temp, true);

    whileItComesAndGoes(temp.resolve("HEAD"), () -> assertFalse(checkout.branch().isPresent()));
  }

  @Test
  void the_link_of_a_worktree_that_is_being_removed() throws Exception {
    whileItComesAndGoes(temp.resolve(".git"), () -> assertFalse(TreeLink.of(temp).isPresent()));
  }

  @Test
  void the_note_of_whoever_is_making_another_one() throws Exception {
    Path note = Files.createDirectory(temp.resolve(".making")).resolve("x");
    Place place = new Place(temp, "x");

    whileItComesAndGoes(note, () -> assertFalse(place.isClaimedFor("other")));
  }

  /** What one thread reads the time from is no rubbish for another one. */
  @Test
  void the_clock_of_a_trash_that_is_swept() throws Exception {
    Trash trash = Trash.in(temp);

    whileDone(SLOW_LOOKS, trash::sweep, trash::now);
  }

  private static void whileItComesAndGoes(Path file, Look look) throws Exception {
    whileDone(
        LOOKS,
        () -> {
          try {
            Files.writeString(file, "theirs\n");
            Files.delete(file);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        look);
  }

  private static void whileDone(int looks, Runnable deed, Look look) throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<?> deeds =
          thread.submit(
              () -> {
                while (!enough.get()) {
                  deed.run();
                }
              });
      try {
        for (int n = 0; n < looks; n++) {
          look.look();
        }
      } finally {
        enough.set(true);
      }
      deeds.get();
    } finally {
      thread.shutdownNow();
    }
  }

  private interface Look {
    void look() throws IOException;
  }
}
