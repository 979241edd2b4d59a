package io.kugetsu.worktree.internal.git;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The addresses of remotes, brought to the form that the ref of an issue has. */
public final class RemoteAddress {
  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://([^/@]*@)*(?<host>[^/:@\\[\\]]+)(:(?<port>\\d*))?"
              + "(?<path>/.*)");
  // As git reads it: a colon before the first slash. One letter before it is a Windows drive.
  private static final Pattern SCP =
      Pattern.compile("([^/:]*@)?(?<host>[^/:@\\[\\]]{2,}):(?<path>(?!:|//).*)");
  private static final List<String> WEB = List.of("http", "https");
  private static final List<String> OTHERS =
      List.of("ssh", "git", "git+ssh", "ssh+git", "ftp", "ftps");
  private static final Map<String, String> USUAL_PORT = Map.of("http", "80", "https", "443");
  // What forges offer to those whose network lets no ssh through but on the port of https.
  private static final Map<String, String> SSH_HOSTS =
      Map.of(
          "ssh.github.com", "github.com",
          "altssh.gitlab.com", "gitlab.com",
          "altssh.bitbucket.org", "bitbucket.org");

  private RemoteAddress() {}

  /** {@code domain/owner/repo}, or empty for what is no address of a server with that much path. */
  public static Optional<String> normalised(String address) {
    if (address.chars().anyMatch(Character::isISOControl)) {
      return Optional.empty();
    }
    Matcher url = URL.matcher(address);
    if (url.matches()) {
      String scheme = url.group("scheme").toLowerCase(Locale.ROOT);
      if (WEB.contains(scheme)) {
        String port = url.group("port");
        boolean usual = port == null || port.isEmpty() || port.equals(USUAL_PORT.get(scheme));
        String path = url.group("path").replaceAll("[?#].*", "");
        return joined(url.group("host"), usual ? "" : ":" + port, path);
      }
      // Where ssh listens says nothing about the address of the pages with the issues.
      return OTHERS.contains(scheme)
          ? joined(url.group("host"), "", url.group("path"))
          : Optional.empty();
    }
    Matcher scp = SCP.matcher(address);
    return !address.contains("://") && scp.matches()
        ? joined(scp.group("host"), "", scp.group("path"))
        : Optional.empty();
  }

  private static Optional<String> joined(String host, String port, String path) {
    String domain = host.toLowerCase(Locale.ROOT).replaceAll("\\.$", "");
    String plain = path.replaceAll("/+$", "").replaceAll("\\.git$", "").replaceAll("/+$", "");
    List<String> parts = Arrays.stream(plain.split("/")).filter(part -> !part.isEmpty()).toList();
    if (domain.isEmpty() || parts.size() < 2 || parts.contains(".") || parts.contains("..")) {
      return Optional.empty();
    }
    return Optional.of(
        SSH_HOSTS.getOrDefault(domain, domain) + port + "/" + String.join("/", parts));
  }
}
