package io.kugetsu.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.Limits;
import io.kugetsu.common.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {
  @TempDir Path temp;
  private Path file;

  @BeforeEach
  void name_the_file() {
    file = temp.resolve("config");
  }

  @Test
  void without_a_file_and_variables_the_defaults_are_in_force() {
    Settings settings = read(Map.of());

    assertEquals(Limits.DEFAULT_AGENTS, settings.maxConcurrentAgents());
    assertEquals(Optional.empty(), settings.model());
    assertEquals(Optional.empty(), settings.baseRef());
    assertEquals(List.of(), settings.problems());
  }

  @Test
  void lines_with_export_quotes_blanks_and_comments_are_read() throws IOException {
    write(
        """
        # MAX_CONCURRENT_AGENTS=9

          export  MAX_CONCURRENT_AGENTS = "5"   # five
        KUGETSU_MODEL='acme/large:2' # the large one
        BASE_REF=origin/release#1 # a comment
        UNKNOWN=$(touch x)
        """);

    Settings settings = read(Map.of());

    assertEquals(5, settings.maxConcurrentAgents());
    assertEquals(Optional.of("acme/large:2"), settings.model());
    assertEquals(Optional.of("origin/release#1"), settings.baseRef());
    assertEquals(List.of(), settings.problems());
  }

  @Test
  void a_variable_wins_over_a_line_unless_it_is_blank() throws IOException {
    write("MAX_CONCURRENT_AGENTS=5\nBASE_REF=opencode\n");

    Settings settings = read(Map.of("MAX_CONCURRENT_AGENTS", " 7 ", "BASE_REF", " "));

    assertEquals(7, settings.maxConcurrentAgents());
    assertEquals(Optional.of("opencode"), settings.baseRef());
  }

  @Test
  void a_number_that_is_none_is_reported_with_its_line_and_the_default_is_used()
      throws IOException {
    for (String bad : List.of("0", "-1", "three", "1.5", "99999999999")) {
      write("\nMAX_CONCURRENT_AGENTS=" + bad + "\n");

      Settings settings = read(Map.of());

      assertEquals(Limits.DEFAULT_AGENTS, settings.maxConcurrentAgents(), bad);
      assertEquals(1, settings.problems().size(), bad);
      assertEquals(2, settings.problems().get(0).line());
      assertTrue(settings.problems().get(0).toString().startsWith(file + ":2: "), bad);
    }
  }

  @Test
  void ended_tasks_are_kept_for_as_many_days_as_it_says_or_for_seven() throws IOException {
    assertEquals(7, read(Map.of()).queueCleanupAgeDays());
    write("QUEUE_CLEANUP_AGE_DAYS=30\n");
    assertEquals(30, read(Map.of()).queueCleanupAgeDays());
    assertEquals(2, read(Map.of("QUEUE_CLEANUP_AGE_DAYS", "2")).queueCleanupAgeDays());

    for (String bad : List.of("0", "-1", "a week", "1.5", "99999999999")) {
      write("# how long\n\nQUEUE_CLEANUP_AGE_DAYS=" + bad + "\n");

      Settings settings = read(Map.of());

      assertEquals(7, settings.queueCleanupAgeDays(), bad);
      assertEquals(
          List.of(file + ":3: QUEUE_CLEANUP_AGE_DAYS must be a number from 1; using 7"),
          settings.problems().stream().map(Object::toString).toList());
    }
    SettingProblem unusable = read(Map.of("QUEUE_CLEANUP_AGE_DAYS", "soon")).problems().get(0);
    assertTrue(unusable.toString().startsWith("environment: QUEUE_CLEANUP_AGE_DAYS"));
  }

  @Test
  void a_model_without_a_provider_or_like_an_option_is_reported_and_not_used() {
    for (String bad : List.of("large", "/large", "acme/", "--auto", "-x/y", "a b/c")) {
      Settings settings = read(Map.of("KUGETSU_MODEL", bad));

      assertEquals(Optional.empty(), settings.model(), bad);
      assertEquals(1, settings.problems().size(), bad);
      assertTrue(settings.problems().get(0).toString().startsWith("environment: "), bad);
    }
  }

  @Test
  void a_line_that_is_no_setting_is_reported_without_what_it_says() throws IOException {
    write("GITHUB_TOKEN ghp_secret\nBASE_REF=opencode\n");

    Settings settings = read(Map.of());

    assertEquals(Optional.of("opencode"), settings.baseRef());
    assertEquals(1, settings.problems().size());
    assertFalse(settings.problems().toString().contains("ghp_secret"));
  }

  @Test
  void a_change_of_the_file_counts_at_the_next_reading() throws IOException {
    SettingsReader reader = new SettingsReader(file, Map.of());
    assertEquals(Limits.DEFAULT_AGENTS, reader.read().maxConcurrentAgents());
    write("MAX_CONCURRENT_AGENTS=8\r\n");
    assertEquals(8, reader.read().maxConcurrentAgents());
  }

  @Test
  void a_file_that_cannot_be_read_is_never_read_as_empty() throws IOException {
    Files.createDirectory(file);
    assertThrows(StorageException.class, () -> read(Map.of()));

    Files.delete(file);
    Files.write(file, "BASE_REF=\u00fc\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThrows(StorageException.class, () -> read(Map.of()));
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
  }

  private Settings read(Map<String, String> environment) {
    return new SettingsReader(file, environment).read();
  }
}
