package io.kugetsu.model;

import io.kugetsu.model.Step.Answer;
import io.kugetsu.model.Step.Failure;
import io.kugetsu.model.Step.Reply;
import io.kugetsu.model.Step.Silence;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The steps that the directives of a prompt describe; the language is that of ModelServer. */
final class Script {

  static final String CANNED = "The scripted model is done.";
  private static final String CUT = "This answer was cut";
  private static final String AND = "and";

  private static final Pattern DIRECTIVE = Pattern.compile("MODEL: ([^\\r\\n]*)");
  private static final Pattern FAILURE =
      Pattern.compile("(\\d{3})(?: (\\d+))?(?: retry-after (\\S+))?");
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, Object>> ARGUMENTS = new TypeReference<>() {};

  private final List<Step> steps;

  private Script(List<Step> steps) {
    this.steps = steps;
  }

  /**
   * Reads the directives of a prompt.
   *
   * @throws IllegalArgumentException if one of them is not understood
   */
  static Script of(String prompt) {
    List<Step> steps = new ArrayList<>();
    Matcher directive = DIRECTIVE.matcher(prompt);
    while (directive.find()) {
      Words words = Words.of(directive.group(1));
      if (words.first().equals(AND) && !steps.isEmpty()) {
        steps.add(joined(steps.remove(steps.size() - 1), step(words.rest())));
      } else {
        steps.add(step(directive.group(1)));
      }
    }
    return new Script(List.copyOf(steps));
  }

  /** The step for a turn; past the end, and without directives, the canned answer. */
  Step at(int turn) {
    if (turn < steps.size()) {
      return steps.get(turn);
    }
    return new Step(steps.isEmpty() ? "default" : "end", Reply.text(CANNED));
  }

  private static Step step(String text) {
    Words words = Words.of(text);
    Words more = Words.of(words.rest());
    return switch (words.first()) {
      case "slow" -> pauseOrCanned(more.rest()).after("slow", seconds(more.first()));
      case "gate" -> pauseOrCanned(more.rest()).behind("gate", name(more.first()));
      default -> new Step(words.first(), answer(words.first(), words.rest()));
    };
  }

  private static Step pauseOrCanned(String text) {
    return text.isEmpty() ? new Step("default", Reply.text(CANNED)) : step(text);
  }

  private static Answer answer(String scenario, String rest) {
    Words words = Words.of(rest);
    return switch (scenario) {
      case "say" -> Reply.text(lines(rest));
      case "empty" -> Reply.text("");
      case "length" -> new Reply(CUT, List.of(), "length");
      case "write-file" -> call(ToolCall.write(name(words.first()), lines(words.rest())));
      case "read-file" -> call(ToolCall.read(name(rest)));
      case "shell" -> call(ToolCall.shell(name(rest)));
      case "tool" -> call(new ToolCall(name(words.first()), object(words.rest())));
      case "error" -> failure(rest);
      case "never" -> new Silence(false);
      case "stall" -> new Silence(true);
      default -> throw new IllegalArgumentException("unknown directive '" + scenario + "'");
    };
  }

  private static Reply call(ToolCall call) {
    return Reply.calls(List.of(call));
  }

  private static Failure failure(String text) {
    Matcher parts = FAILURE.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not an error directive: '" + text + "'");
    }
    int attempts = parts.group(2) == null ? Integer.MAX_VALUE : Integer.parseInt(parts.group(2));
    String retryAfter = parts.group(3) == null ? "" : parts.group(3);
    return new Failure(Integer.parseInt(parts.group(1)), attempts, retryAfter);
  }

  private static Step joined(Step one, Step other) {
    if (one.answer() instanceof Reply first
        && other.answer() instanceof Reply second
        && !first.calls().isEmpty()
        && !second.calls().isEmpty()) {
      List<ToolCall> calls =
          Stream.concat(first.calls().stream(), second.calls().stream()).toList();
      return new Step(one.scenario(), one.delay(), one.gate(), Reply.calls(calls));
    }
    throw new IllegalArgumentException("only tool calls can be joined by '" + AND + "'");
  }

  private static Duration seconds(String text) {
    try {
      return Duration.ofMillis(new BigDecimal(text).movePointRight(3).longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("not a number of seconds: '" + text + "'", e);
    }
  }

  private static String name(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a directive lacks its argument");
    }
    return text;
  }

  private static String lines(String text) {
    return text.replace("\\n", "\n");
  }

  private static Map<String, ?> object(String json) {
    try {
      return JSON.readValue(json, ARGUMENTS);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not a JSON object: '" + json + "'", e);
    }
  }

  /** The first word of a text and all that follows the blank after it, unchanged. */
  private record Words(String first, String rest) {

    static Words of(String text) {
      int blank = text.indexOf(' ');
      return blank < 0
          ? new Words(text, "")
          : new Words(text.substring(0, blank), text.substring(blank + 1));
    }
  }
}
