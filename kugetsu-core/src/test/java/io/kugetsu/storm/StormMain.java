package io.kugetsu.storm;

import io.kugetsu.Kugetsu;
import io.kugetsu.KugetsuBuilder;
import io.kugetsu.common.IssueRef;
import io.kugetsu.common.Limits;
import io.kugetsu.queue.QueueRequest;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import io.kugetsu.task.TaskHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One of several programs on a directory: some threads hand messages over and wait for them. Each
 * agent writes down by itself when it begins and when it ends.
 */
final class StormMain {
  static final int LIMIT = 5;
  static final int PER_PROVIDER = 2;
  private static final int PROVIDERS = 7;

  private StormMain() {}

  static KugetsuBuilder builder(Path temp) {
    String witness = "'" + temp.resolve("witness") + "'";
    return Kugetsu.builder(temp.resolve("shop"))
        .directory(temp.resolve("state"))
        .limits(Limits.of(LIMIT).perKey("provider:*", PER_PROVIDER))
        .environment(TestRepository.IDENTITY)
        .gates()
        .agent(
            ShellAgent.running(
                "read m; echo \"start $KUGETSU_RUN $m\" >>"
                    + witness
                    + "; sleep 0.15; echo \"end $KUGETSU_RUN $m\" >>"
                    + witness));
  }

  /** Arguments: the directory, this program's name, threads, messages for each thread. */
  public static void main(String[] args) throws Exception {
    Path temp = Path.of(args[0]);
    String name = args[1];
    int threads = Integer.parseInt(args[2]);
    int messages = Integer.parseInt(args[3]);
    Kugetsu kugetsu = builder(temp).open();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<Object>> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      String ref = "local:" + name + "-" + i;
      all.add(pool.submit((Callable<Object>) () -> handOver(kugetsu, ref, messages)));
    }
    for (Future<Object> each : all) {
      each.get();
    }
    say("over");
    pool.shutdown();
    while (System.in.read() >= 0) {
      // until whoever started this closes the stream
    }
    kugetsu.close();
  }

  private static Object handOver(Kugetsu kugetsu, String ref, int messages) {
    List<TaskHandle> tasks = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      String provider = provider(ref, i);
      String message = ref + "/" + i + " " + provider;
      QueueRequest request =
          QueueRequest.of(message, IssueRef.parse(ref)).model(provider + "/model");
      TaskHandle task = kugetsu.delegate(request);
      say("accepted " + task.id() + " " + message);
      tasks.add(task);
    }
    for (TaskHandle task : tasks) {
      say("ended " + task.id() + " " + task.await(Duration.ofMinutes(5)).status());
    }
    return ref;
  }

  /** Few enough that each of them is wanted by more than it may serve. */
  private static String provider(String ref, int number) {
    return "p" + Math.floorMod(ref.hashCode() + number, PROVIDERS);
  }

  /** One write for one line, so that a kill does not leave a line that looks whole. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
