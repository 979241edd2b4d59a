package io.kugetsu.storm;

import io.kugetsu.support.TestRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Somebody who knows nothing of kugetsu and works with git in a worktree of their own: fetches what
 * others have committed, lists branches, commits. What fails is counted.
 */
final class BystanderMain {
  private static final List<List<String>> CALLS =
      List.of(
          List.of("fetch", "--quiet"),
          List.of("branch", "-a"),
          List.of("commit", "--quiet", "--allow-empty", "-m", "more"),
          List.of("branch", "-a"),
          List.of("worktree", "list"));

  private BystanderMain() {}

  /** Arguments: where it works, where it fetches from, how many calls are enough. */
  public static void main(String[] args) throws Exception {
    Path tree = Path.of(args[0]);
    Path origin = Path.of(args[1]);
    int enough = Integer.parseInt(args[2]);
    int failures = 0;
    int calls = 0;
    while (System.in.available() == 0) {
      TestRepository.git(origin, "commit", "--quiet", "--allow-empty", "-m", "news");
      for (List<String> call : CALLS) {
        try {
          TestRepository.git(tree, call.toArray(String[]::new));
        } catch (IOException e) {
          failures++;
          say("failed " + e.getMessage().replace('\n', ' '));
        }
        calls++;
      }
      if (calls >= enough && calls < enough + CALLS.size()) {
        say("enough");
      } else if (calls % (10 * CALLS.size()) == 0) {
        say("at " + calls);
      }
    }
    say("over " + calls + " " + failures);
  }

  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
