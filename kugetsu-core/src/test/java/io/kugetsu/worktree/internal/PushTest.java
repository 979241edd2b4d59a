package io.kugetsu.worktree.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.kugetsu.common.InvalidRequestException;
import io.kugetsu.worktree.PushRequest;
import io.kugetsu.worktree.PushResult;
import io.kugetsu.worktree.PushResult.Pushed;
import io.kugetsu.worktree.PushResult.Reason;
import io.kugetsu.worktree.PushResult.Refused;
import io.kugetsu.worktree.Worktree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushTest {
  @TempDir Path temp;
  private TestRepository repository;
  private Path server;
  private Worktree tree;

  @BeforeEach
  void a_remote_and_work() {
    repository = TestRepository.create(temp);
    server = repository.home.resolve("server.git");
    repository.git("init", "-q", "--bare", server.toString());
    repository.git("remote", "add", "origin", server.toString());
    tree = repository.worktree("x");
    work("1\n");
  }

  @Test
  void exactly_one_branch_is_pushed_whatever_the_settings_say() {
    repository.git("config", "push.followTags", "true");
    repository.git("config", "remote.origin.mirror", "true");
    repository.git("config", "remote.origin.push", "refs/heads/*:refs/heads/*");
    repository.gitIn(tree.path(), "tag", "-a", "-m", "a tag", "v1");

    assertEquals(new Pushed("origin", "x", head(), false), push(PushRequest.to("origin")));

    assertEquals(head() + " refs/heads/x", onServer());
    assertEquals(new Pushed("origin", "x", head(), true), push(PushRequest.to("origin")));
  }

  @Test
  void another_name_can_be_chosen_and_is_needed_when_no_branch_is_checked_out() {
    repository.gitIn(tree.path(), "checkout", "-q", "--detach");
    assertRefused(Reason.INVALID_BRANCH, PushRequest.to("origin"));
    assertRefused(Reason.INVALID_BRANCH, PushRequest.to("origin").as("--mirror"));
    assertRefused(Reason.INVALID_BRANCH, PushRequest.to("origin").as("a:refs/heads/main"));

    assertInstanceOf(Pushed.class, push(PushRequest.to("origin").as("fix/42")));
    assertEquals(head() + " refs/heads/fix/42", onServer());
  }

  @Test
  void commits_of_others_are_replaced_only_where_they_were_seen() {
    push(PushRequest.to("origin"));
    String first = head();
    repository.gitIn(tree.path(), "commit", "-q", "--amend", "-m", "rewritten");

    assertRefused(Reason.NOT_FAST_FORWARD, PushRequest.to("origin"));
    assertRefused(Reason.STALE, PushRequest.to("origin").forceWithLease(repository.head()));
    assertRefused(Reason.STALE, PushRequest.to("origin").forceWithLease("0".repeat(40)));
    assertEquals(first + " refs/heads/x", onServer());

    assertInstanceOf(Pushed.class, push(PushRequest.to("origin").forceWithLease(first)));
    assertEquals(head() + " refs/heads/x", onServer());
    assertThrows(
        InvalidRequestException.class, () -> PushRequest.to("origin").forceWithLease("main"));
  }

  @Test
  void a_remote_is_one_that_is_known_by_name() {
    for (String remote : new String[] {"nowhere", "", "--all", server.toString()}) {
      assertRefused(Reason.NO_REMOTE, PushRequest.to(remote));
    }
  }

  @Test
  void a_hook_on_either_side_may_refuse() {
    repository.hook("pre-push", "cat > $PWD/pushed; echo not today >&2; exit 1");
    assertTrue(
        assertRefused(Reason.HOOK_FAILED, PushRequest.to("origin")).text().contains("not today"));

    repository.hook("pre-push", "exit 0");
    Path hook = server.resolve("hooks/pre-receive");
    TestRepository.write(hook, "#!/bin/sh\necho protected >&2\nexit 1\n");
    TestRepository.makeExecutable(hook);
    assertTrue(
        assertRefused(Reason.REJECTED, PushRequest.to("origin")).text().contains("protected"));
  }

  @Test
  void what_a_hook_says_is_not_taken_for_gits_words() {
    repository.hook("pre-push", "echo 'ssh: Permission denied, unable to access' >&2; exit 3");
    assertRefused(Reason.HOOK_FAILED, PushRequest.to("origin"));
  }

  @Test
  void a_remote_whose_settings_lead_nowhere_is_told_from_one_that_is_not_there() {
    String key = "remote.origin.pushurl";
    assertSet(Reason.UNUSABLE_REMOTE, "no such protocol", key, "nowhere://host/r");
    assertSet(Reason.UNUSABLE_REMOTE, "is none", key, "");
    assertSet(Reason.UNUSABLE_REMOTE, "is none", key, "-oProxyCommand=touch x");
    assertSet(Reason.UNUSABLE_REMOTE, "is none", key, "ssh://-oProxyCommand=x/r");
    assertSet(Reason.UNUSABLE_REMOTE, "is none", key, "http://[::/r");
    assertSet(Reason.UNUSABLE_REMOTE, "is none", "remote.origin.push", ":::");
    assertSet(Reason.UNUSABLE_REMOTE, "no such protocol", "remote.origin.vcs", "nothing");
    String moved = "url.nowhere://.insteadOf";
    assertSet(Reason.UNUSABLE_REMOTE, "insteadOf", moved, repository.home.toString());
    String pushed = "url.nowhere://.pushInsteadOf";
    assertSet(Reason.UNUSABLE_REMOTE, "insteadOf", pushed, repository.home.toString());
    assertSet(Reason.UNUSABLE_REMOTE, "not valid", "protocol.file.allow", "sometimes");

    assertSet(Reason.PROTOCOL_FORBIDDEN, "'file'", "protocol.file.allow", "never");
    assertSet(Reason.PROTOCOL_FORBIDDEN, "'file'", "protocol.allow", "never");
    assertSet(Reason.PROTOCOL_FORBIDDEN, "'ext'", key, "ext::sh -c true");
    assertSet(Reason.REJECTED, "cannot do", "push.gpgSign", "true");
    assertSet(Reason.REJECTED, "cannot do", "push.pushOption", "o");

    String address = repository.git("config", "remote.origin.url");
    repository.git("config", "--unset", "remote.origin.url");
    Refused none = assertRefused(Reason.UNUSABLE_REMOTE, PushRequest.to("origin"));
    assertTrue(none.text().contains("no address"), none.text());
    repository.git("config", "remote.origin.url", address);
    assertEquals("", onServer());
    assertFalse(Files.exists(tree.path().resolve("x")));
    repository.git("config", "push.default", "nothing");
    assertInstanceOf(Pushed.class, push(PushRequest.to("origin")));
  }

  @Test
  void a_remote_may_have_a_name_that_git_would_not_give_it() {
    for (String name : new String[] {"a b", "a=b", "-x", "../y"}) {
      repository.git("config", "remote." + name + ".url", server.toString());
      assertInstanceOf(Pushed.class, push(PushRequest.to(name).as("of/" + name.hashCode())), name);
    }
    repository.git("config", "remote..url", server.toString());
    assertRefused(Reason.NO_REMOTE, PushRequest.to(""));
  }

  @Test
  void what_hangs_is_ended_with_all_that_it_started() throws IOException {
    Path pid = repository.home.resolve("pid");
    repository.hook("pre-push", "sleep 1000 & echo $! > " + pid + "; wait");

    Refused unused =
        Eventually.endedAt(
            pid, limit -> assertRefused(Reason.TIMED_OUT, PushRequest.to("origin").within(limit)));

    Eventually.isDead(pid);
  }

  @Test
  void it_may_take_any_time() {
    assertInstanceOf(
        Pushed.class, push(PushRequest.to("origin").within(Duration.ofSeconds(Long.MAX_VALUE))));
  }

  @Test
  void a_repository_that_is_not_there_is_unreachable() throws IOException {
    repository.git("remote", "add", "gone", repository.home.resolve("gone.git").toString());
    assertRefused(Reason.UNREACHABLE, PushRequest.to("gone"));

    // taken, so that nobody else can listen there, and not listened at
    try (Socket taken = new Socket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String closed = "127.0.0.1:" + taken.getLocalPort() + "/r";
      repository.git("remote", "add", "closed", "http://me:password@" + closed);
      assertRefused(Reason.UNREACHABLE, PushRequest.to("closed"));
      repository.git("remote", "set-url", "closed", "http://me:pass@word@" + closed);
      Refused refused = assertRefused(Reason.UNUSABLE_REMOTE, PushRequest.to("closed"));
      assertFalse(refused.text().contains("word"), refused.text());
      repository.git("remote", "add", "ssh", "ssh://me@" + closed);
      assertRefused(Reason.UNREACHABLE, PushRequest.to("ssh"));
    }
  }

  @Test
  void nobody_is_asked_for_a_password() throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    http.start();
    try {
      String address = "127.0.0.1:" + http.getAddress().getPort() + "/r.git";
      Path asked = repository.home.resolve("asked");
      Path program = repository.home.resolve("askpass");
      TestRepository.write(program, "#!/bin/sh\ntouch " + asked + "\necho x\n");
      TestRepository.makeExecutable(program);
      repository.git("config", "core.askPass", program.toString());

      repository.git("remote", "add", "web", "http://" + address);
      assertRefused(Reason.AUTHENTICATION_NEEDED, PushRequest.to("web"));
      repository.git("remote", "add", "wrong", "http://me:secret@" + address);
      Refused refused = assertRefused(Reason.AUTHENTICATION_NEEDED, PushRequest.to("wrong"));

      assertFalse(Files.exists(asked));
      assertFalse(refused.text().contains("secret"), refused.text());
    } finally {
      http.stop(0);
    }
  }

  private PushResult push(PushRequest request) {
    return repository.service().push(tree, request);
  }

  /** What is refused as long as something is set. */
  private void assertSet(Reason reason, String part, String key, String value) {
    repository.git("config", key, value);
    Refused refused = assertRefused(reason, PushRequest.to("origin"));
    assertTrue(refused.text().contains(part), key + " " + value + ": " + refused.text());
    repository.git("config", "--unset", key);
  }

  private Refused assertRefused(Reason reason, PushRequest request) {
    PushResult result = push(request);
    Refused refused = assertInstanceOf(Refused.class, result, result.toString());
    assertEquals(reason, refused.reason(), refused.text());
    return refused;
  }

  private String head() {
    return repository.gitIn(tree.path(), "rev-parse", "HEAD");
  }

  private String onServer() {
    return repository.gitIn(server, "for-each-ref", "--format=%(objectname) %(refname)");
  }

  private void work(String text) {
    TestRepository.write(tree.path().resolve("work"), text);
    repository.commitIn(tree.path(), "work");
  }
}
