package io.kugetsu.task;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A program that opens a manager, starts tasks, says so line by line, and waits to be killed. Each
 * numbered command writes down by itself that it ran and that it came to its end.
 */
final class ManagerMain {
  private ManagerMain() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[1]);
    BackgroundManager tasks = Managers.builder(directory).open();
    switch (args[0]) {
      case "some" -> some(tasks, directory, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      case "many" -> many(tasks, directory);
      case "foreground" -> foreground(tasks, directory, args[2]);
      case "host" -> host(tasks);
      default -> throw new IllegalArgumentException(args[0]);
    }
    new CountDownLatch(1).await();
  }

  private static void some(BackgroundManager tasks, Path directory, int background, int foreground)
      throws Exception {
    for (int i = 0; i < background; i++) {
      TaskHandle task = tasks.start(numbered(directory, i, 200));
      task.started().toCompletableFuture().get();
      say("started " + i + " " + task.id());
    }
    for (int i = 0; i < foreground; i++) {
      TaskHandle task = tasks.start(Managers.sh(directory, "sleep 600 & setsid sleep 600 & wait"));
      task.started().toCompletableFuture().get();
      say("foreground " + task.id());
    }
    say("up");
  }

  private static void many(BackgroundManager tasks, Path directory) {
    say("up");
    for (int i = 0; i < 200; i++) {
      CommandSpec spec = numbered(directory, i, 1 + i % 7);
      say("started " + i + " " + tasks.start(spec).id());
    }
  }

  private static void foreground(BackgroundManager tasks, Path directory, String script)
      throws Exception {
    TaskHandle task =
        tasks.start(
            script.equals("number")
                ? numbered(directory, 0, 200, false)
                : Managers.sh(directory, script));
    task.started().toCompletableFuture().get();
    say("started " + task.id());
    say("released " + task.released().toCompletableFuture().get().kind());
    say("ended " + task.await().status());
  }

  private static void host(BackgroundManager tasks) throws Exception {
    TaskHandle task =
        tasks.start(
            TaskSpec.host(
                    "wait",
                    HostWork.of(
                        run -> {
                          new CountDownLatch(1).await();
                          return "";
                        }))
                .background());
    task.started().toCompletableFuture().get();
    say("started " + task.id());
  }

  /**
   * Writes so many numbered lines, and ends with its number as the exit code. Before the hundred
   * and first it waits for the file {@code go}.
   */
  static CommandSpec numbered(Path directory, int number, int lines) {
    return numbered(directory, number, lines, true);
  }

  private static CommandSpec numbered(Path directory, int number, int lines, boolean background) {
    String script =
        "echo ran >>truth-$0; i=0; while [ $i -lt $1 ]; do echo \"$0 line $i\"; i=$((i+1));"
            + " [ $((i%20)) -ne 0 ] || sleep 0.05;"
            + " while [ $i = 100 ] && [ ! -e go ]; do sleep 0.02; done;"
            + " done; echo end >>truth-$0; exit $(($0%100))";
    CommandSpec spec =
        TaskSpec.command("sh", "-c", script, Integer.toString(number), Integer.toString(lines))
            .in(directory)
            .inherit(Managers.environment().keySet().toArray(String[]::new))
            .describedAs(number + " " + lines);
    return background ? spec.background() : spec;
  }

  /** What such a command writes. */
  static String output(String description) {
    String[] words = description.split(" ");
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < Integer.parseInt(words[1]); i++) {
      all.append(words[0]).append(" line ").append(i).append('\n');
    }
    return all.toString();
  }

  /** What such a command has written down of itself; empty when it never ran. */
  static String truth(Path directory, String description) throws Exception {
    Path file = directory.resolve("truth-" + description.split(" ")[0]);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  /** One write for one line, so that a kill does not leave a line that looks whole. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
