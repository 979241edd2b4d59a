package io.kugetsu;

import io.kugetsu.common.Limits;
import io.kugetsu.support.ClassPath;
import io.kugetsu.support.ShellAgent;
import io.kugetsu.support.TestRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An embedder's own program of the background dispatcher, and one that starts it. */
final class DaemonTestMain {
  static final String SECRET = "s3cr3t-and-more-of-it";

  private DaemonTestMain() {}

  /** The instance that hands over; the program of the dispatcher opens the same. */
  static KugetsuBuilder builder(Path temp) {
    Map<String, String> variables = new TreeMap<>(TestRepository.IDENTITY);
    variables.put("GITHUB_TOKEN", SECRET);
    return Kugetsu.builder(temp.resolve("shop"))
        .directory(temp.resolve("state"))
        .environment(variables)
        .gates()
        .limits(Limits.of(1))
        .agent(
            ShellAgent.running(
                "read m; echo \"$m\" >> '"
                    + temp.resolve("witness")
                    + "'; case $m in wait*) read x < '"
                    + temp.resolve("go")
                    + "';; esac; echo \"did $m\""))
        .dispatch(false)
        .daemonIdle(Duration.ofSeconds(30))
        .daemonCommand(command(temp, "serve"));
  }

  static List<String> command(Path temp, String mode) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        ClassPath.current(),
        DaemonTestMain.class.getName(),
        mode,
        temp.toString());
  }

  public static void main(String[] args) throws Exception {
    Path temp = Path.of(args[1]);
    if (args[0].startsWith("serve")) {
      KugetsuBuilder builder = builder(temp);
      if (args[0].equals("serve-alone")) {
        builder.hostEnvironment(false);
      }
      System.out.println("told by the program: " + System.getenv("GITHUB_TOKEN"));
      builder.runDaemon();
      return;
    }
    try (Kugetsu kugetsu = builder(temp).open()) {
      System.out.println("pid " + kugetsu.daemon().start().pid().getAsLong());
      System.out.flush();
      System.in.read();
    }
  }
}
