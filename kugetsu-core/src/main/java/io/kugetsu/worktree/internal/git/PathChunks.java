package io.kugetsu.worktree.internal.git;

import java.util.ArrayList;
import java.util.List;

/** Cuts many arguments into as many as one command may have. */
public final class PathChunks {
  private static final int MOST = 32 << 10;

  private PathChunks() {}

  public static List<List<String>> of(List<String> paths) {
    List<List<String>> chunks = new ArrayList<>();
    List<String> chunk = new ArrayList<>();
    int size = 0;
    for (String path : paths) {
      if (size > MOST) {
        chunks.add(chunk);
        chunk = new ArrayList<>();
        size = 0;
      }
      chunk.add(path);
      size += path.length() + 1;
    }
    if (!chunk.isEmpty()) {
      chunks.add(chunk);
    }
    return chunks;
  }
}
