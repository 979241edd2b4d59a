package io.kugetsu.agent.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.agent.AgentReport;
import io.kugetsu.notification.Notification;
import io.kugetsu.task.FailureType;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PlainTranscriptTest {
  private static final Pattern SESSION = Pattern.compile("session: (\\S+)");

  @Test
  void what_was_said_is_the_answer_without_the_line_that_names_the_session() {
    PlainTranscript transcript = new PlainTranscript(SESSION);
    transcript.line("session: s-1");
    transcript.line("one");
    transcript.line("session: s-2");

    AgentReport report = transcript.report(true);

    assertEquals(Optional.of("s-1"), transcript.sessionId());
    assertEquals("one\nsession: s-2", report.answer());
    assertEquals(Optional.empty(), report.failure());
  }

  @Test
  void a_bad_exit_code_fails_with_the_last_words() {
    PlainTranscript transcript = new PlainTranscript(null);
    transcript.line("working");
    transcript.line("  no space left  ");
    transcript.line(" ");

    AgentReport report = transcript.report(false);

    assertEquals(Optional.of(FailureType.EXIT_CODE), report.failure());
    assertEquals("the agent failed: no space left", report.error());
    assertEquals("", report.answer());
    assertTrue(report.worked(), "nobody can say that it did nothing");
  }

  @Test
  void an_identifier_that_would_be_an_option_or_a_path_is_not_taken() {
    for (String bad : new String[] {"--help", "../x", "a/b", "-x", "é"}) {
      PlainTranscript transcript = new PlainTranscript(SESSION);
      transcript.line("session: " + bad);
      assertEquals(Optional.empty(), transcript.sessionId(), bad);
    }
  }

  @Test
  void a_group_that_took_no_part_names_no_session() {
    PlainTranscript transcript = new PlainTranscript(Pattern.compile("session(: (x))?"));
    transcript.line("session");

    assertEquals(Optional.empty(), transcript.sessionId());
    assertTrue(transcript.report(true).failure().isEmpty());
  }

  @Test
  void much_output_is_kept_at_its_end_only_and_never_cut_within_a_character() {
    PlainTranscript transcript = new PlainTranscript(null);
    transcript.line("first");
    transcript.line("x\uD83E\uDD9C".repeat(100_000));

    AgentReport report = transcript.report(true);

    assertFalse(report.answer().contains("first"));
    assertTrue(report.answer().length() <= 64 * 1024);
    assertTrue(report.lastOutput().length() <= Notification.LAST_OUTPUT);
    assertFalse(Character.isLowSurrogate(report.lastOutput().charAt(0)));
  }
}
