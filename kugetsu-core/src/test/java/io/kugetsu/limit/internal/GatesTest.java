package io.kugetsu.limit.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.common.LimitKey;
import io.kugetsu.engine.Headroom;
import io.kugetsu.limit.AdmissionGate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatesTest {
  private static final long MIB = 1024 * 1024;

  @TempDir Path temp;
  private Path proc;
  private Path groups;

  @BeforeEach
  void makeSystem() throws Exception {
    proc = temp.resolve("proc");
    groups = temp.resolve("cgroup");
    write(proc.resolve("meminfo"), "MemTotal: 9999999 kB\nMemAvailable:    3072000 kB\n");
    write(proc.resolve("self/cgroup"), "0::/user.slice/ide.scope\n");
    Files.createDirectories(groups.resolve("user.slice/ide.scope"));
  }

  private static void write(Path file, String text) throws Exception {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Headroom memory(long mibEach) {
    return new FreeMemoryGate(mibEach * MIB, proc, groups).look();
  }

  private void limit(String group, String max, long used, long files) throws Exception {
    write(groups.resolve(group).resolve("memory.max"), max + "\n");
    write(groups.resolve(group).resolve("memory.current"), used + "\n");
    write(
        groups.resolve(group).resolve("memory.stat"),
        "anon 1\ninactive_file " + files + "\nactive_file 7\n");
  }

  @Test
  void as_many_agents_start_as_the_memory_of_the_machine_is_enough_for() {
    assertEquals(5, memory(600).more());
    assertEquals(0, memory(4000).more());
    assertEquals("3000 MiB of memory are free, an agent is given 600", memory(600).why());
  }

  @Test
  void the_narrowest_control_group_counts() throws Exception {
    limit("user.slice", Long.toString(2000 * MIB), 1500 * MIB, 200 * MIB);
    limit("user.slice/ide.scope", "max", 1, 0);
    assertEquals(7, memory(100).more(), "what is only held of files can be had back");

    limit("user.slice/ide.scope", Long.toString(100 * MIB), 90 * MIB, 0);
    assertEquals(0, memory(100).more());
    limit("user.slice/ide.scope", Long.toString(100 * MIB), 190 * MIB, 0);
    assertEquals(0, memory(100).more(), "used more than it may");
  }

  @Test
  void where_the_system_does_not_tell_nothing_is_held_back() throws Exception {
    Files.delete(proc.resolve("meminfo"));
    Files.delete(proc.resolve("self/cgroup"));
    assertEquals(Headroom.ANY, memory(100));
  }

  @Test
  void a_disk_is_asked_for_what_it_has_left() {
    assertTrue(AdmissionGate.freeDisk(temp, 1).look().more() > 1);
    assertEquals(0, AdmissionGate.freeDisk(temp, Long.MAX_VALUE).look().more());
    assertEquals(
        0, AdmissionGate.freeDisk(temp.resolve("nowhere")).look().more(), "what cannot be known");
  }

  @Test
  void this_machine_has_an_answer() {
    assertTrue(AdmissionGate.freeMemory(1).look().more() > 1);
  }

  @Test
  void the_strictest_counts_and_one_that_fails_lets_nothing_through() {
    AdmissionGate two = () -> new Headroom(2, "two");
    AdmissionGate three = () -> new Headroom(3, "three");
    assertEquals(
        Map.of(LimitKey.AGENTS, new Headroom(2, "two")), new Gates(List.of(three, two)).get());
    assertEquals(Map.of(), new Gates(List.of()).get());
    AdmissionGate broken =
        () -> {
          throw new IllegalStateException("broken");
        };
    Headroom left = new Gates(List.of(two, broken)).get().get(LimitKey.AGENTS);
    assertEquals(0, left.more());
    assertTrue(left.why().contains("broken"), left::why);
  }

  @Test
  void a_share_of_nothing_is_refused() {
    assertThrows(InvalidRequestException.class, () -> AdmissionGate.freeMemory(0));
    assertThrows(InvalidRequestException.class, () -> AdmissionGate.freeDisk(temp, -1));
  }
}
