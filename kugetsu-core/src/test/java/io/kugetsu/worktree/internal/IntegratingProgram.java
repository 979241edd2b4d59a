package io.kugetsu.worktree.internal;

import io.kugetsu.worktree.Fingerprint;
import io.kugetsu.worktree.IntegrationRequest;
import io.kugetsu.worktree.IntegrationRequest.Method;
import io.kugetsu.worktree.internal.git.Git;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A program that integrates, to be killed while it does. */
final class IntegratingProgram {
  private IntegratingProgram() {}

  private static int looseIn(GitWorktrees service) {
    Fingerprint now = service.repository().fingerprint();
    Fingerprint none = new Fingerprint("", Set.of(), Map.of(), Map.of());
    return (int)
        none.differenceTo(now).orElseThrow().examples().stream()
            .filter(example -> !example.equals("HEAD"))
            .count();
  }

  /** The home, the main checkout, the root, the program to run as git, the worktree, the method. */
  public static void main(String[] args) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("HOME", args[0]);
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    GitWorktrees service =
        new GitWorktrees(
            new Git(List.of(args[3]), environment),
            Path.of(args[1]),
            Path.of(args[2]),
            TestRepository.LOCK_WAIT);
    System.out.println(
        service.integrate(
            service.find(args[4]).orElseThrow(),
            IntegrationRequest.into("main").by(Method.valueOf(args[5]))));
    System.out.println("loose files: " + looseIn(service));
  }
}
