package io.kugetsu.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.InvalidRequestException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessSpecTest {
  private static final Path HERE = Path.of("");

  @Test
  void what_no_process_can_be_given_is_refused() {
    refused(List.of(), Map.of());
    refused(List.of(" "), Map.of());
    refused(List.of("ls", "a\0b"), Map.of());
    refused(List.of("ls"), Map.of("", "x"));
    refused(List.of("ls"), Map.of("A", "a\0b"));
  }

  @Test
  void a_refusal_shows_no_value() {
    for (Map<String, String> environment :
        List.of(
            Map.of("TOKEN=s3cret", "x"), Map.of("TOKEN", "s3cret\0"), Map.of("A\0s3cret", "x"))) {
      String message = refused(List.of("ls"), environment).getMessage();
      assertFalse(message.contains("s3cret"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a=b", "a\n", "a\0", "ü"})
  void a_marker_is_plain(String marker) {
    assertThrows(InvalidRequestException.class, () -> plain().marker(marker));
  }

  @Test
  void a_run_without_a_marker_gets_one_of_its_own() {
    assertNotEquals(plain().build().marker(), plain().build().marker());
  }

  @Test
  void a_ceiling_is_not_negative() {
    assertThrows(InvalidRequestException.class, () -> plain().outputCeiling(-1));
    assertEquals(ProcessSpec.DEFAULT_OUTPUT_CEILING, plain().build().outputCeiling());
  }

  @Test
  void it_keeps_copies() {
    List<String> argv = new ArrayList<>(List.of("ls"));
    Map<String, String> environment = new HashMap<>(Map.of("A", "1"));
    byte[] input = {1};
    ProcessSpec spec = ProcessSpec.builder(argv, HERE, environment).stdin(input).build();

    argv.add("-l");
    environment.clear();
    input[0] = 2;
    spec.stdin().orElseThrow()[0] = 3;

    assertEquals(List.of("ls"), spec.argv());
    assertEquals(Map.of("A", "1"), spec.environment());
    assertEquals(1, spec.stdin().orElseThrow()[0]);
    assertTrue(spec.directory().isAbsolute());
  }

  @Test
  void its_text_tells_neither_arguments_nor_environment_nor_input() {
    ProcessSpec spec =
        ProcessSpec.builder(List.of("ls", "s3cret"), HERE, Map.of("A", "s3cret"))
            .stdin("s3cret")
            .marker("t1.2")
            .build();

    assertFalse(spec.toString().contains("s3cret"));
    assertTrue(spec.toString().contains("t1.2"));
  }

  private static ProcessSpec.Builder plain() {
    return ProcessSpec.builder(List.of("ls"), HERE, Map.of());
  }

  private static InvalidRequestException refused(
      List<String> argv, Map<String, String> environment) {
    return assertThrows(
        InvalidRequestException.class, () -> ProcessSpec.builder(argv, HERE, environment));
  }
}
