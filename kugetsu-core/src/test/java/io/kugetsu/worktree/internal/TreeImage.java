package io.kugetsu.worktree.internal;

import io.kugetsu.worktree.internal.git.BlobId;
import io.kugetsu.worktree.internal.git.RawPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Base64;
import java.util.TreeMap;

/** All that can be seen of a worktree, to be compared before and after. */
final class TreeImage {
  private static final String INSIDE =
      "git status --porcelain=v2 -uall --branch --ignored; git ls-files -s -v; git rev-parse HEAD;"
          + " git for-each-ref; git reflog; git fsck --no-progress";

  private TreeImage() {}

  /** Content, modes and links of everything in it, and all that git says about it. */
  static String of(TestRepository repository, Path tree) {
    Path entry = repository.main.resolve(".git/worktrees").resolve(tree.getFileName());
    return files(tree)
        + "\nstatus "
        + repository.tryGitIn(
            tree,
            "--no-optional-locks",
            "status",
            "--porcelain=v2",
            "-z",
            "-uall",
            "--branch",
            "--ignored")
        + "\nindex "
        + repository.tryGitIn(tree, "ls-files", "-z", "-s", "-v", "-f")
        + inSubmodules(repository, tree)
        + "\nentry "
        + files(entry);
  }

  private static String inSubmodules(TestRepository repository, Path tree) {
    return Files.isDirectory(tree.resolve("sub"))
        ? "\nsubmodules "
            + repository.tryGitIn(
                tree, "--no-optional-locks", "submodule", "foreach", "--recursive", INSIDE)
        : "";
  }

  static String files(Path tree) {
    TreeMap<String, String> image = new TreeMap<>();
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
                throws IOException {
              image.put(path.toUri().toString(), mode(path) + " directory");
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
              String name = path.getParent().toUri() + "!" + RawPath.name(path);
              if (attributes.isSymbolicLink()) {
                image.put(name, "link " + RawPath.target(path));
              } else if (attributes.isOther()) {
                image.put(name, "other");
              } else if (!path.equals(tree.resolve(".git"))) {
                String content =
                    Files.size(path) > 1 << 20
                        ? BlobId.of(path, 40)
                        : Base64.getEncoder().encodeToString(Files.readAllBytes(path));
                image.put(name, mode(path) + " " + content);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    StringBuilder text = new StringBuilder();
    image.forEach((name, what) -> text.append(name).append(' ').append(what).append('\n'));
    return new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String mode(Path path) throws IOException {
    return Integer.toOctalString(
        (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS));
  }
}
