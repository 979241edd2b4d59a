package io.kugetsu.worktree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What somebody who works in a worktree has no reason to change: the main checkout's HEAD, branches
 * and tags that no worktree of kugetsu's is on, and what {@code git status} says of the main
 * checkout, with size and time of each file that it names. Taken before and after something, two of
 * them tell whether any of that changed in between, not who did it. A value; got from {@link
 * GitRepository#fingerprint}.
 */
public final class Fingerprint {
  /** How many examples of a difference are given at most. */
  public static final int MAX_EXAMPLES = 20;

  private static final String VERSION = "kugetsu-fingerprint 1";

  private final String head;
  private final Set<String> own;
  private final Map<String, String> refs;
  private final Map<String, String> files;

  /**
   * Makes one; for {@link GitRepository}.
   *
   * @param head which branch or commit is checked out
   * @param own refs that worktrees of kugetsu's are on
   * @param refs the other branches and tags, and what they stand at
   * @param files the files that are not as they were committed, and how they are
   */
  public Fingerprint(
      String head, Set<String> own, Map<String, String> refs, Map<String, String> files) {
    this.head = head;
    this.own = new TreeSet<>(own);
    this.refs = new TreeMap<>(refs);
    this.files = new TreeMap<>(files);
  }

  /** What may differ. */
  public enum Part {
    /** Which branch or commit is checked out. */
    HEAD,
    /** A branch or tag that was there before stands elsewhere or is gone; new ones do not count. */
    REFS,
    /** A file of the main checkout. */
    FILES
  }

  /**
   * What differs.
   *
   * @param parts in what, at least one
   * @param examples refs and paths, at most {@value #MAX_EXAMPLES}
   */
  public record Difference(Set<Part> parts, List<String> examples) {
    /** Copies both. */
    public Difference {
      parts = Set.copyOf(parts);
      examples = List.copyOf(examples);
    }
  }

  /**
   * Compares with a later one of the same repository.
   *
   * @param later the later one
   * @return what changed in between; empty when nothing did
   */
  public Optional<Difference> differenceTo(Fingerprint later) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    List<String> examples = new ArrayList<>();
    if (!head.equals(later.head)) {
      parts.add(Part.HEAD);
      examples.add("HEAD");
    }
    refs.forEach(
        (ref, commit) -> {
          if (!later.own.contains(ref) && !commit.equals(later.refs.get(ref))) {
            parts.add(Part.REFS);
            examples.add(ref);
          }
        });
    Set<String> paths = new TreeSet<>(files.keySet());
    paths.addAll(later.files.keySet());
    for (String path : paths) {
      if (!files.getOrDefault(path, "").equals(later.files.getOrDefault(path, ""))) {
        parts.add(Part.FILES);
        examples.add(path);
      }
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Difference(parts, examples.subList(0, Math.min(examples.size(), MAX_EXAMPLES))));
  }

  /** {@return it as bytes, to be kept in a file; see {@link #decode}} */
  public byte[] encode() {
    StringBuilder text = new StringBuilder(VERSION).append('\0').append(head).append('\0');
    own.forEach(ref -> text.append("own\0").append(ref).append('\0').append('\0'));
    refs.forEach(
        (ref, id) -> text.append("ref\0").append(ref).append('\0').append(id).append('\0'));
    files.forEach((f, is) -> text.append("file\0").append(f).append('\0').append(is).append('\0'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #encode} gave.
   *
   * @param bytes the bytes
   * @return it, or empty when the bytes are something else, or of a newer version
   */
  public static Optional<Fingerprint> decode(byte[] bytes) {
    String[] parts = new String(bytes, StandardCharsets.UTF_8).split("\0", -1);
    if (parts.length % 3 != 0 || !parts[0].equals(VERSION)) {
      return Optional.empty();
    }
    Set<String> own = new TreeSet<>();
    Map<String, String> refs = new TreeMap<>();
    Map<String, String> files = new TreeMap<>();
    for (int i = 2; i + 2 < parts.length; i += 3) {
      switch (parts[i]) {
        case "own" -> own.add(parts[i + 1]);
        case "ref" -> refs.put(parts[i + 1], parts[i + 2]);
        case "file" -> files.put(parts[i + 1], parts[i + 2]);
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new Fingerprint(parts[1], own, refs, files));
  }
}
