package io.kugetsu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kugetsu.common.IssueRef;
import io.kugetsu.common.LimitReachedException;
import io.kugetsu.common.Limits;
import io.kugetsu.common.TaskStatus;
import io.kugetsu.support.Fifo;
import io.kugetsu.support.LeakFree;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import io.kugetsu.task.TaskResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The builder wins over the environment, which wins over the file, which counts as it is now. */
class SettingsOrderTest extends LeakFree {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final IssueRef ONE = IssueRef.parse("local:one");
  private static final IssueRef TWO = IssueRef.parse("local:two");

  @TempDir Path temp;
  private TestRepository repository;
  private Path config;

  @BeforeEach
  void makeRepository() throws Exception {
    repository = TestRepository.create(temp.resolve("shop"));
    config = Files.createDirectories(temp.resolve("state")).resolve("config");
  }

  private KugetsuBuilder builder(String agents) {
    Map<String, String> variables = new HashMap<>(TestRepository.IDENTITY);
    if (!agents.isEmpty()) {
      variables.put("MAX_CONCURRENT_AGENTS", agents);
    }
    return Kugetsu.builder(repository.directory())
        .directory(temp.resolve("state"))
        .hostEnvironment(false)
        .environment(variables)
        .gates();
  }

  /** The limit that an opening really goes by: as many agents are started as it allows. */
  private int limitInForce(KugetsuBuilder builder) throws Exception {
    Fifo go = Fifo.create(Files.createTempDirectory(temp, "fifo").resolve("go"));
    try (Kugetsu kugetsu =
        builder.agent(ShellAgent.running("read x < '" + go.path() + "'")).open()) {
      kugetsu.init();
      int started = 0;
      while (true) {
        try {
          kugetsu.start(IssueRef.parse("local:agent-" + started), "work");
          started++;
        } catch (LimitReachedException full) {
          assertEquals(started, full.limit());
          full.holders().forEach(it -> kugetsu.tasks().find(it).orElseThrow().stop("enough"));
          assertTrue(kugetsu.tasks().awaitAll(any -> true, LONG));
          return started;
        }
      }
    }
  }

  @Test
  void the_builder_wins_over_the_environment_and_that_over_the_file() throws Exception {
    assertEquals(3, limitInForce(builder("")), "nothing is said");
    Files.writeString(config, "# few\nexport MAX_CONCURRENT_AGENTS=\"1\"\n");
    assertEquals(1, limitInForce(builder("")), "the file");
    assertEquals(2, limitInForce(builder("2")), "the environment");
    assertEquals(4, limitInForce(builder("2").limits(Limits.of(4))), "the builder");
  }

  @Test
  void what_cannot_be_used_is_reported_with_its_line_and_the_default_counts() throws Exception {
    Files.writeString(config, "\nMAX_CONCURRENT_AGENTS=none\nnot a setting\n");
    try (Kugetsu kugetsu = builder("").agent(ShellAgent.running("cat")).open()) {
      assertEquals(3, kugetsu.settings().maxConcurrentAgents());
      assertEquals(2, kugetsu.settings().problems().size());
      assertTrue(
          kugetsu.settings().problems().stream()
              .anyMatch(it -> it.toString().startsWith(config + ":2: ")));
    }
  }

  @Test
  void a_model_without_a_provider_is_reported_and_the_agents_own_choice_counts() throws Exception {
    Files.writeString(config, "KUGETSU_MODEL=clever\n");
    try (Kugetsu kugetsu = builder("").agent(ShellAgent.running("cat")).open()) {
      kugetsu.init();
      assertTrue(kugetsu.settings().problems().toString().contains("provider/model"));
      assertTrue(kugetsu.delegate("work", ONE).await(LONG).isSuccess());
    }
  }

  @Test
  void a_limit_that_is_raised_in_the_file_counts_for_what_already_waits() throws Exception {
    Files.writeString(config, "MAX_CONCURRENT_AGENTS=1\n");
    Fifo ready = Fifo.create(temp.resolve("ready"));
    Fifo goOne = Fifo.create(temp.resolve("go-one"));
    Fifo goTwo = Fifo.create(temp.resolve("go-two"));
    String script =
        "read m; echo $m > '" + ready.path() + "'; read x < '" + temp + "'/go-$m; echo went on";
    try (Kugetsu kugetsu = builder("").agent(ShellAgent.running(script)).open()) {
      kugetsu.init();
      TaskHandle one = kugetsu.delegate("one", ONE);
      assertEquals("one", ready.read());
      TaskHandle two = kugetsu.delegate("two", TWO);
      assertEquals(TaskStatus.PENDING, two.info().status());
      Files.writeString(config, "MAX_CONCURRENT_AGENTS=2\n");
      assertEquals("two", ready.read());
      assertEquals(TaskStatus.RUNNING, one.info().status());
      goOne.write("on");
      goTwo.write("on");
      assertTrue(one.await(LONG).isSuccess());
      assertTrue(two.await(LONG).isSuccess());
    }
  }

  @Test
  void without_the_hosts_environment_an_agent_sees_only_what_it_was_given() throws Exception {
    try (Kugetsu kugetsu = builder("").agent(ShellAgent.running("env")).open()) {
      kugetsu.init();
      TaskResult result = kugetsu.delegate("work", ONE).await(LONG);
      assertTrue(result.isSuccess(), result::toString);
      assertFalse(result.finalAnswer().contains("HOME="), result.finalAnswer());
      assertTrue(result.finalAnswer().contains("GIT_AUTHOR_NAME=Test"), result.finalAnswer());
    }
  }
}
