// plexus on the host: a CNI plugin for the container runtime, and the daemon's hands (docs/host-link.md).
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "defer.h"
#include "keeper.h"
#include "probe.h"
#include "serve.h"

#ifndef PLEXUS_VERSION
#define PLEXUS_VERSION "0.0.0"
#endif
#define DEFAULT_OBSERVE_SOCKET "/run/plexus/observe.sock"
enum { RETRY_MS = 20, LONGEST_RETRY_MS = 1000, SHORTEST_GREETING_MS = 5000, PROBE_MS = 4000 };

static const char about[] =
    "Plexus " PLEXUS_VERSION ", a CNI plugin that attaches pods to several networks.\n"
    "The container runtime calls it with CNI_COMMAND and the other variables of the CNI specification;\n"
    "it hands the call to the Plexus daemon of this node and runs the plugins that the daemon asks for.\n"
    "\n"
    "  plexus host-agent [--socket FILE] [--cni-path FOLDERS] [--root FOLDER]\n"
    "      serve what the daemon starts by itself; plugins see that folder as /, and their folders are below it\n"
    "  plexus probe /healthz|/readyz [--socket FILE]\n"
    "      ask the daemon whether it runs, or whether it can serve calls: for the probes of its pod; as root\n"
    "  plexus --version\n";

static struct runs runs;

static double wait_of(const struct call *c) {
  const char *from_env = env_or_empty("PLEXUS_DAEMON_WAIT_SECONDS");
  double wanted = from_env[0] != 0 ? atof(from_env) : c->wait_seconds >= 0 ? c->wait_seconds : 10;
  return wanted < 60 ? wanted : 60; // also for what is no number
}

// The runtime gives up at some time (K8S-60): our own answer, code 11, comes before.
static int64_t seconds_for(const char *command) {
  return strcmp(command, "ADD") == 0      ? 210
         : strcmp(command, "DEL") == 0    ? 50
         : strcmp(command, "STATUS") == 0 ? 12
                                          : 60;
}

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

// STATUS says "not available" (CNI-33), everything else "try again later"
static int away(const struct call *c, const char *sentence) {
  answer_error(c, is(c->command, "STATUS") ? 50 : 11, "PLX-DAEMON-AWAY", sentence,
               "Check that the pod of the plexus daemon on this node runs (kubectl get pods -A -o wide); the runtime "
               "tries again by itself.");
  return 1;
}

// What the daemon says with an ID is a whole message already.
static int mismatch(const struct call *c, const char *sentence) {
  if (strncmp(sentence, "PLX-", 4) == 0) answer_text(c, is(c->command, "STATUS") ? 50 : 11, sentence);
  else
    answer_error(c, is(c->command, "STATUS") ? 50 : 11, "PLX-LINK-MISMATCH", sentence,
                 "Bring both to the same version: install the shim of the running daemon with plexus install, or "
                 "finish the upgrade.");
  return 1;
}

static const char ended_by_signal[] = "the call was ended by a signal";

static int print_result(struct session *s) {
  for (size_t done = 0; done < s->text.len;) {
    ssize_t n = write(STDOUT_FILENO, s->text.data + done, s->text.len - done);
    if (n < 0 && errno != EINTR) return 1;
    if (n > 0) done += (size_t)n;
  }
  return s->exit_status;
}

static int longer(int wait, int most) { return wait * 2 > most ? most : wait * 2; }

// -1 with errno; EINTR: a signal asks to end
static int connect_until(const struct session *s, const char *path, int64_t until) {
  for (int wait = RETRY_MS;; wait = longer(wait, 200)) {
    int fd = link_connect(path);
    if (fd >= 0 || errno == EPERM || errno == EACCES || errno == ENAMETOOLONG) return fd;
    int problem = errno;
    if (now_ms() + wait > until) return errno = problem, -1;
    if (!pause_unless_stopped(s, wait)) return errno = EINTR, -1;
  }
}

// What was begun by a call whose connection broke is done again, except for ADD: whether it was done to the end is not
// known, and the runtime answers code 11 with DEL. Before its greeting the daemon has begun nothing.
static bool may_repeat(const struct session *s, const struct call *c) {
  return !s->stopping && (!s->welcomed || !is(c->command, "ADD"));
}

// Never "no such file": containerd takes these words in the answer to a DEL for success (K8S-57).
static const char *reason_of(int problem) {
  if (problem == EPERM) return "somebody else than root listens there";
  return problem == ENOENT || problem == ECONNREFUSED ? "nobody listens there" : strerror(problem);
}

static bool is_kept(const struct session *s, const struct call *c) {
  return is(c->command, "DEL") && defer_call(s, c->cni_dir);
}

// Of an ADD, nothing has begun here.
static int unreachable(const struct session *s, const struct call *c, const char *why, int64_t wait_ms) {
  close_on_exec_from(3); // what the runtime left open is not for direct mode either
  become_stand_in(c);
  if (is_kept(s, c)) return 0;
  char sentence[512];
  snprintf(sentence, sizeof sentence, "the plexus daemon cannot be reached at %.120s (%s; waited %g s)", socket_of(c),
           why, (double)wait_ms / 1000);
  return away(c, sentence);
}

static int call_daemon_with(const struct call *c, struct session *s) {
  char sentence[128];
  int64_t wait_ms = (int64_t)(wait_of(c) * 1000), until = now_ms() + wait_ms;
  s->deadline = now_ms() + seconds_for(c->command) * 1000;
  for (int wait = RETRY_MS;; wait = longer(wait, LONGEST_RETRY_MS)) {
    int fd = connect_until(s, socket_of(c), until < s->deadline ? until : s->deadline);
    if (fd < 0 && errno == EINTR) return away(c, ended_by_signal);
    if (fd < 0) return unreachable(s, c, reason_of(errno), wait_ms);
    // a busy daemon greets late: one that does not at all is stopped, or hangs
    int64_t greeting_ms = wait_ms > SHORTEST_GREETING_MS ? wait_ms : SHORTEST_GREETING_MS;
    s->greeting_until = now_ms() + greeting_ms;
    switch (serve(s, fd)) {
      case RESULT: return print_result(s);
      case REFUSED: return mismatch(c, (buf_put(&s->text, "", 1), (const char *)s->text.data));
      case SILENT: return unreachable(s, c, "it accepts connections and does not answer", greeting_ms);
      case TIMEOUT: // a daemon that hangs holds the sandbox: direct mode would only wait for it
        if (is_kept(s, c)) return 0;
        snprintf(sentence, sizeof sentence, "the plexus daemon did not finish %.16s within %d s", c->command,
                 (int)seconds_for(c->command));
        return away(c, sentence);
      case STOPPED: return away(c, ended_by_signal);
      case LOST:
      case GO_ON:
        if (!may_repeat(s, c)) return away(c, "the plexus daemon ended in the middle of the call");
        if (s->welcomed) until = now_ms() + wait_ms;
        else if (now_ms() + wait > until) return unreachable(s, c, "it ends the connection", wait_ms);
        if (!pause_unless_stopped(s, wait)) return away(c, ended_by_signal);
    }
  }
}

static int call_daemon(const struct call *c) {
  const struct guard guard = {.call = c};
  struct session s = {
      .role = ROLE_CALL, .guard = &guard, .version = PLEXUS_VERSION, .signals = signals_open(), .runs = &runs};
  int status = call_daemon_with(c, &s);
  buf_free(&s.text);
  return status;
}

static int answer_call(const struct call *c, const char *problem) {
  if (problem != NULL) {
    answer_error(c, 6, "PLX-CONFIG-UNDECODABLE", problem, "Provide a valid JSON object.");
    return 1;
  }
  if (is(c->command, "VERSION")) return answer_version(c), 0;
  if (!is_command(c->command)) {
    char sentence[64];
    snprintf(sentence, sizeof sentence, "unknown CNI_COMMAND: %.32s", c->command);
    answer_error(c, 4, "PLX-COMMAND-UNKNOWN", sentence,
                 "Set CNI_COMMAND to ADD, DEL, CHECK, STATUS, GC or VERSION (upper case).");
    return 1;
  }
  if (env_or_empty("PLEXUS_NESTED")[0] != 0) {
    answer_error(c, 7, "PLX-NESTED-CALL", "a network of this pod runs plexus, which would invoke Plexus recursively",
                 "Remove the plugin types that begin with plexus or multus from that network's configuration, from "
                 "ipam and delegate too.");
    return 1;
  }
  return call_daemon(c);
}

static int run_as_plugin(void) {
  struct call c;
  const char *problem = call_read(&c);
  int status = answer_call(&c, problem);
  buf_free(&c.stdin_bytes);
  return status;
}

// A program without one of these would get a pipe of ours in its place.
static void open_standard_streams(void) {
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) return; // there is no /dev
}

int main(int argc, char **argv) {
  open_standard_streams();
  runs_init(&runs);
  if (argc > 1 && is(argv[1], "--version")) return puts(PLEXUS_VERSION), 0;
  if (argc > 1 && is(argv[1], "host-agent")) return run_as_agent(argc, argv, PLEXUS_VERSION, &runs);
  if (argc > 2 && is(argv[1], "probe"))
    return probe(option(argc, argv, "--socket", DEFAULT_OBSERVE_SOCKET), argv[2], PROBE_MS);
  if (argc > 1 && is(argv[1], "--help")) return fputs(about, stdout), 0;
  if (env_or_empty("CNI_COMMAND")[0] == 0) return fputs(about, stderr), 0;
  return run_as_plugin();
}
