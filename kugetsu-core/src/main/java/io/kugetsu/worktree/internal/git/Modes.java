package io.kugetsu.worktree.internal.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The permission bits of files, all twelve of them. */
public final class Modes {
  private static final String MODE = "unix:mode";
  private static final int PERMISSIONS = 07777;

  private Modes() {}

  public static int of(Path path) throws IOException {
    return (int) Files.getAttribute(path, MODE, LinkOption.NOFOLLOW_LINKS) & PERMISSIONS;
  }

  /** Not for links, which have none. */
  public static void set(Path path, int mode) throws IOException {
    Files.setAttribute(path, MODE, mode & PERMISSIONS);
  }
}
