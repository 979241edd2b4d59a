package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class TailTest {
  @RepeatedTest(20)
  void it_has_the_last_bytes_each_at_its_place(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    int capacity = 1 + random.nextInt(5_000);
    byte[] all = new byte[30_000];
    random.nextBytes(all);
    Tail tail = new Tail(capacity);

    for (int at = 0; at < all.length; ) {
      int n = Math.min(all.length - at, random.nextInt(random.nextBoolean() ? 10 : 9_000));
      tail.write(all, at, n);
      at += n;

      assertEquals(at, tail.written());
      // It keeps all that fits, to the byte.
      assertEquals(Math.max(0, at - capacity), tail.first());
      assertArrayEquals(
          Arrays.copyOfRange(all, (int) tail.first(), at), tail.bytes(0, Long.MAX_VALUE));
      int from = random.nextInt(at + 1);
      int to = from + random.nextInt(at + 1 - from);
      int kept = Math.min(to, Math.max(from, (int) tail.first()));
      assertArrayEquals(Arrays.copyOfRange(all, kept, to), tail.bytes(from, to));
    }
  }

  @Test
  void a_place_that_is_not_there_has_no_bytes() {
    Tail tail = new Tail(4);
    tail.write(new byte[] {1, 2, 3, 4, 5, 6}, 0, 6);

    assertEquals(2, tail.first());
    assertEquals(0, tail.bytes(0, 2).length);
    assertEquals(0, tail.bytes(6, 9).length);
    assertEquals(0, tail.bytes(9, 12).length);
    assertEquals(0, tail.bytes(5, 4).length);
    assertArrayEquals(new byte[] {3, 4}, tail.bytes(-7, 4));
  }

  @Test
  void adding_costs_the_same_however_much_there_is() {
    Tail tail = new Tail(1 << 20);
    byte[] one = {'x'};

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 20_000_000; i++) {
            tail.write(one, 0, 1);
          }
        });
    assertEquals(20_000_000, tail.written());
  }
}
