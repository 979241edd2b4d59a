package io.kugetsu.storm;

import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.RemovalRequest;
import io.kugetsu.worktree.Worktree;
import io.kugetsu.worktree.WorktreeRequest;
import io.kugetsu.worktree.WorktreeService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Does one thing with a worktree, for whoever kills it meanwhile, or its git. */
final class WorktreeKillsMain {
  private WorktreeKillsMain() {}

  /** Arguments: the repository, the root, what to do, the worktree's name. */
  public static void main(String[] args) {
    say("begins");
    try {
      say("ended " + run(WorktreeService.of(Path.of(args[0]), Path.of(args[1])), args[2], args[3]));
    } catch (RuntimeException e) {
      say("failed " + e);
    }
  }

  private static Object run(WorktreeService service, String what, String name) {
    if (what.equals("create")) {
      return service.create(WorktreeRequest.branch(name));
    }
    if (what.equals("restore")) {
      return service.restore(
          service.rescues().stream()
              .filter(rescue -> rescue.name().equals(name))
              .findFirst()
              .orElseThrow());
    }
    Worktree tree = service.find(name).orElseThrow();
    return switch (what) {
      case "remove" -> service.remove(tree);
      case "rescue" -> service.remove(tree, RemovalRequest.refusing().rescue());
      case "merge" ->
          service.integrate(
              tree, IntegrationRequest.into("main").by(IntegrationRequest.Method.MERGE));
      case "squash" ->
          service.integrate(
              tree, IntegrationRequest.into("main").by(IntegrationRequest.Method.SQUASH));
      default -> throw new IllegalArgumentException(what);
    };
  }

  private static void say(String line) {
    byte[] bytes = (line.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
