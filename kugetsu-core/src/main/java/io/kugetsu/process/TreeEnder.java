package io.kugetsu.process;

import io.kugetsu.internal.ProcessFacts;
import io.kugetsu.process.ProcessTable.Entry;
import io.kugetsu.process.ProcessTable.Look;
import io.kugetsu.process.ProcessTrees.Ended;
import io.kugetsu.process.ProcessTrees.Member;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends one tree of processes, once. A process belongs to it when it carries the marker, is the
 * root, writes to the run's pipe, descends from such a process, or was ever seen to.
 *
 * <p>The table of processes is read before anything is signalled and again and again afterwards,
 * because a child whose parent is gone is nobody's descendant any more, and because a tree may grow
 * while it is being cut.
 */
final class TreeEnder {
  private static final long KILL_BOUND_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long MAX_PAUSE_MILLIS = 25;
  private static final int CLEAN_SCANS = 2;

  private final ProcessTable table;
  private final String marker;
  private final @Nullable Member root;
  private final @Nullable String pipe;
  private final @Nullable Session session;
  private final @Nullable NewPids since;
  private final Set<Member> known = new HashSet<>();
  private final Set<Member> signalled = new LinkedHashSet<>();
  private final Set<Member> afterRoot = new HashSet<>();
  private boolean rootGone;

  private final Object clock = new Object();
  private boolean graceIsSet;
  private long killAt;
  private boolean interrupted;

  /**
   * Makes one.
   *
   * @param table how to look at the processes
   * @param marker the marker of the run
   * @param root the first process of the run; null when it is gone or unknown
   * @param pipe the pipe whose writers belong to the tree, or null
   */
  TreeEnder(ProcessTable table, String marker, @Nullable Member root, @Nullable String pipe) {
    this(table, marker, root, pipe, null, null);
  }

  /**
   * Makes one for what a process left behind.
   *
   * @param since what that process, which is gone, can have started
   */
  static TreeEnder ofLeftovers(ProcessTable table, String marker, NewPids since) {
    return new TreeEnder(table, marker, null, null, null, since);
  }

  /**
   * Makes one for a supervised run, whose root is its supervisor and whose pipe is its log.
   *
   * @param session the run's session
   * @param since what the supervisor can have started, or null to look at everything
   */
  TreeEnder(
      ProcessTable table,
      String marker,
      @Nullable Member root,
      @Nullable String pipe,
      @Nullable Session session,
      @Nullable NewPids since) {
    this.table = table;
    this.marker = marker;
    this.root = root;
    this.pipe = pipe;
    this.session = session;
    this.since = since;
    this.rootGone = root == null;
    if (root != null) {
      known.add(root);
    }
  }

  /**
   * The session of a supervised run. Its leader, the supervisor, is spared: it ends by itself when
   * its command has, and writes down how.
   *
   * @param id the session and its first process group; 0 when the run has none of its own, or when
   *     the number may be somebody else's by now
   */
  record Session(long id) {}

  /** Lets the grace end no later than this from now. May be called before and while it ends. */
  void hasten(Duration grace) {
    long at = System.nanoTime() + nanos(grace);
    synchronized (clock) {
      if (!graceIsSet || at - killAt < 0) {
        graceIsSet = true;
        killAt = at;
        clock.notifyAll();
      }
    }
  }

  /** Ends the tree; blocks until it is gone, or for the grace and the bound of the killing. */
  Ended end(Duration grace) {
    hasten(grace);
    List<Member> survivors = List.of();
    if (!terminate()) {
      survivors = kill();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    survivors.forEach(signalled::remove);
    return new Ended(signalled.size(), survivors);
  }

  /** How many processes besides the root were signalled when the root had gone. */
  int leftovers() {
    return afterRoot.size();
  }

  /** Whoever belongs to the tree at this moment. */
  List<Member> members() {
    return look().stream().map(Entry::member).toList();
  }

  /** SIGTERM, in waves: true when everything is gone before the grace is over. */
  private boolean terminate() {
    int clean = 0;
    boolean groupIsAsked = false;
    while (millisLeft() > 0) {
      List<Entry> wave = look();
      if (wave.isEmpty()) {
        if (++clean == CLEAN_SCANS) {
          return true;
        }
        continue;
      }
      clean = 0;
      if (!groupIsAsked) {
        groupIsAsked = true;
        terminateGroup(wave);
      }
      // Each is asked once. Who appears meanwhile, say the clean-up that a parent runs, is asked
      // only
      // when those before it are gone.
      for (Entry entry : wave) {
        if (!signalled.contains(entry.member())) {
          signal(entry, false);
        }
      }
      awaitGone(wave);
    }
    return false;
  }

  /** Those of the first process group at once, however fast they fork. */
  private void terminateGroup(List<Entry> wave) {
    // While its leader lives the number is the group's.
    if (session == null || session.id() == 0 || root == null || !lives(root)) {
      return;
    }
    List<Member> group =
        wave.stream().filter(e -> e.group() == session.id()).map(Entry::member).toList();
    if (!group.isEmpty()) {
      signalled.addAll(group);
      Signals.terminateGroup(session.id());
    }
  }

  private void awaitGone(List<Entry> wave) {
    long pause = 1;
    for (long left; (left = millisLeft()) > 0; pause = Math.min(pause * 2, MAX_PAUSE_MILLIS)) {
      if (wave.stream().noneMatch(entry -> lives(entry.member()))) {
        return;
      }
      pause(Math.min(pause, left));
    }
  }

  /** SIGKILL until nothing is found twice in a row; what is left when that takes too long. */
  private List<Member> kill() {
    long giveUp = System.nanoTime() + KILL_BOUND_NANOS;
    Set<Member> killed = new HashSet<>();
    long pause = 1;
    int clean = 0;
    while (true) {
      List<Entry> found = look();
      clean = found.isEmpty() ? clean + 1 : 0;
      if (clean == CLEAN_SCANS) {
        return List.of();
      }
      if (System.nanoTime() - giveUp > 0) {
        return found.stream().map(Entry::member).toList();
      }
      boolean grows = false;
      for (Entry entry : found) {
        grows |= killed.add(entry.member());
        signal(entry, true);
      }
      // A tree that still grows is not given time to.
      pause = grows ? 1 : Math.min(pause * 2, MAX_PAUSE_MILLIS);
      if (!grows) {
        pause(pause);
      }
    }
  }

  private List<Entry> look() {
    Look look = since == null ? table.look() : table.lookSince(since);
    Deque<Entry> open = new ArrayDeque<>();
    Set<Member> mine = new HashSet<>();
    boolean rootSeen = false;
    for (Entry entry : look.all()) {
      boolean isRoot = entry.member().equals(root);
      rootSeen |= isRoot;
      if (isRoot || (mayBeSignalled(entry) && isOurs(entry))) {
        open.add(entry);
      }
    }
    rootGone = !rootSeen;
    List<Entry> members = new ArrayList<>();
    for (Entry entry; (entry = open.poll()) != null; ) {
      if (!mine.add(entry.member())) {
        continue;
      }
      members.add(entry);
      for (Entry child : look.childrenOf(entry)) {
        // A child older than its parent is the child of somebody who had that number before.
        if (child.startTicks() >= entry.startTicks() && mayBeSignalled(child)) {
          open.add(child);
        }
      }
    }
    known.addAll(mine);
    if (session != null) {
      members.removeIf(entry -> entry.member().equals(root));
    }
    return members;
  }

  private boolean isOurs(Entry entry) {
    return marker.equals(entry.marker())
        || known.contains(entry.member())
        || (session != null && session.id() != 0 && entry.session() == session.id())
        || (pipe != null
            && (root == null || entry.startTicks() >= root.startTicks())
            && ProcessTable.writesTo(entry.pid(), pipe));
  }

  private boolean mayBeSignalled(Entry entry) {
    return (entry.marker() == null || entry.marker().equals(marker))
        && entry.pid() > 1
        && entry.pid() != ProcessHandle.current().pid();
  }

  private void signal(Entry entry, boolean force) {
    // The handle first, the comparison second: the handle remembers its own start time and signals
    // nobody else, so a number that is reused in between is safe.
    Optional<ProcessHandle> handle = ProcessHandle.of(entry.pid());
    if (handle.isEmpty() || !lives(entry.member())) {
      return;
    }
    boolean sent = force ? handle.get().destroyForcibly() : handle.get().destroy();
    signalled.add(entry.member());
    if (sent && rootGone && !entry.member().equals(root)) {
      afterRoot.add(entry.member());
    }
  }

  private static boolean lives(Member member) {
    OptionalLong now = ProcessFacts.startTicks(member.pid());
    return now.isPresent() && now.getAsLong() == member.startTicks();
  }

  private long millisLeft() {
    synchronized (clock) {
      return TimeUnit.NANOSECONDS.toMillis(killAt - System.nanoTime());
    }
  }

  @SuppressWarnings("WaitNotInLoop") // woken too early it looks too early, which harms nobody
  private void pause(long millis) {
    synchronized (clock) {
      try {
        clock.wait(millis);
      } catch (InterruptedException e) {
        interrupted = true;
        killAt = System.nanoTime();
      }
    }
  }

  static long nanos(Duration grace) {
    // Far enough for anybody, and far from the overflow of nanoTime.
    Duration longest = Duration.ofDays(3650);
    return grace.isNegative() ? 0 : (grace.compareTo(longest) > 0 ? longest : grace).toNanos();
  }
}
