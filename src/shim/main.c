// The shim: a CNI plugin that hands the runtime's call to the daemon and runs plugins for it (docs/host-link.md).
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent.h"
#include "clock.h"
#include "defer.h"
#include "fallback.h"
#include "keeper.h"
#include "nested.h"
#include "probe.h"
#include "serve.h"
#include "text.h"

#ifndef PLEXUS_VERSION
#define PLEXUS_VERSION "0.0.0"
#endif
#define DEFAULT_OBSERVE_SOCKET "/run/plexus/observe.sock"
enum { RETRY_MS = 20, MAX_RETRY_MS = 1000, MIN_WELCOME_MS = 5000, PROBE_MS = 4000, IDLE_KEEPERS = 4 };

static const char about[] =
    "Plexus " PLEXUS_VERSION ", a CNI plugin that attaches pods to several networks.\n"
    "The container runtime calls it with CNI_COMMAND and the other variables of the CNI specification;\n"
    "it passes the call to the Plexus daemon of this node and runs plugins for the daemon.\n"
    "\n"
    "  plexus host-agent [--socket FILE] [--cni-path FOLDERS] [--root FOLDER] [--hot-plug on|off]\n"
    "      run plugins for the daemon's background work; that folder becomes / for plugins and their folders\n"
    "  plexus probe /healthz|/readyz [--socket FILE]\n"
    "      check that the daemon runs or can serve calls: for the probes of its pod, as root\n"
    "  plexus --version\n"
    "\n"
    "The command line of Plexus (pods, trace, attachments ...) is kubectl plexus, or plexus in the daemon's pod.\n";

static struct runs runs;

// People type the commands of the command line on a node, where only this program is installed.
static int answer_misuse(const char *word) {
  fprintf(stderr,
          "plexus: unknown argument: %.80s\n"
          "This is the CNI plugin of this node, which has no such command. Use the command line of Plexus:\n"
          "  with a kubeconfig:   kubectl plexus trace|attachments|devices|plan ... --node NODE\n"
          "  in the daemon's pod: kubectl exec -n kube-system PLEXUS_POD -c daemon -- plexus ...\n"
          "  on this node:        plexus-direct ... (beside this program, with component stand-in)\n"
          "See: plexus --help\n",
          word);
  return 2;
}

static double daemon_wait_seconds(const struct call *c) {
  const char *from_env = env_or_empty("PLEXUS_DAEMON_WAIT_SECONDS");
  double wanted = from_env[0] != 0 ? atof(from_env) : c->wait_seconds >= 0 ? c->wait_seconds : 10;
  return wanted < 60 ? wanted : 60; // also for NaN
}

// Below the time-outs of the runtime (K8S-60), so that it gets an answer with code 11.
static int64_t deadline_seconds(const char *command) {
  return strcmp(command, "ADD") == 0      ? 210
         : strcmp(command, "DEL") == 0    ? 50
         : strcmp(command, "STATUS") == 0 ? 12
                                          : 60;
}

// Code 50 "not available" for STATUS (CNI-33), else code 11 "try again later".
static int answer_unavailable(const struct call *c, const char *sentence) {
  answer_error(c, equals(c->command, "STATUS") ? 50 : 11, "PLX-DAEMON-AWAY", sentence,
               "Check that the plexus daemon pod of this node is running (kubectl get pods -A -o wide); the runtime "
               "retries automatically.");
  return 1;
}

// A reason with an ID is a complete message of the daemon.
static int answer_refused(const struct call *c, const char *sentence) {
  if (strncmp(sentence, "PLX-", 4) == 0) answer_text(c, equals(c->command, "STATUS") ? 50 : 11, sentence);
  else
    answer_error(c, equals(c->command, "STATUS") ? 50 : 11, "PLX-LINK-MISMATCH", sentence,
                 "Bring both to the same version: install the shim of the running daemon with plexus install, or "
                 "finish the upgrade.");
  return 1;
}

static const char ended_by_signal[] = "the call was ended by a signal";

static int print_result(struct session *s) {
  return write_all(STDOUT_FILENO, s->text.data, s->text.len) ? s->exit_status : 1;
}

// Returns -1 with errno on failure; EINTR: a signal requested the end.
static int connect_until(const struct session *s, const char *path, int64_t until) {
  for (int wait = RETRY_MS;; wait = next_wait(wait, 200)) {
    int fd = link_connect(path);
    if (fd >= 0 || errno == EPERM || errno == EACCES || errno == ENAMETOOLONG) return fd;
    int problem = errno;
    if (now_ms() + wait > until) return errno = problem, -1;
    if (!pause_unless_stopped(s, wait)) return errno = EINTR, -1;
  }
}

// Retry after a lost connection, except an ADD that the daemon received: its progress is unknown, and the runtime
// follows code 11 with DEL.
static bool may_repeat(const struct session *s, const struct call *c) {
  return !s->stopping && (!s->welcomed || !equals(c->command, "ADD"));
}

// Avoid "no such file": containerd treats a DEL answer with these words as success (K8S-57).
static const char *connect_problem(int problem) {
  if (problem == EPERM) return "the listening process is not root's";
  return problem == ENOENT || problem == ECONNREFUSED ? "nothing is listening there" : strerror(problem);
}

static bool try_defer(const struct session *s, const struct call *c) {
  return equals(c->command, "DEL") && defer_call(s, c->cni_dir);
}

// Answers a call that the daemon did not receive: by direct mode, by deferring a DEL, else with an error.
static int fall_back(const struct session *s, const struct call *c, const char *why, int64_t wait_ms) {
  close_on_exec_from(3); // direct mode does not inherit what the runtime left open
  exec_direct_mode(c);
  if (try_defer(s, c)) return 0;
  char sentence[512];
  snprintf(sentence, sizeof sentence, "the plexus daemon cannot be reached at %.120s (%s; waited %g s)", socket_of(c),
           why, (double)wait_ms / 1000);
  return answer_unavailable(c, sentence);
}

static int call_daemon_with(const struct call *c, struct session *s) {
  char sentence[128];
  int64_t wait_ms = (int64_t)(daemon_wait_seconds(c) * 1000), until = now_ms() + wait_ms;
  s->deadline = now_ms() + deadline_seconds(c->command) * 1000;
  for (int wait = RETRY_MS;; wait = next_wait(wait, MAX_RETRY_MS)) {
    int fd = connect_until(s, socket_of(c), until < s->deadline ? until : s->deadline);
    if (fd < 0 && errno == EINTR) return answer_unavailable(c, ended_by_signal);
    if (fd < 0) return fall_back(s, c, connect_problem(errno), wait_ms);
    // a busy daemon may be slow to answer HELLO; one that never does is stopped or hangs
    int64_t welcome_ms = wait_ms > MIN_WELCOME_MS ? wait_ms : MIN_WELCOME_MS;
    s->welcome_deadline = now_ms() + welcome_ms;
    switch (serve(s, fd)) {
      case RESULT: return print_result(s);
      case REFUSED: return answer_refused(c, (buf_put(&s->text, "", 1), (const char *)s->text.data));
      case SILENT: return fall_back(s, c, "it accepts connections and does not answer", welcome_ms);
      case TIMEOUT: // no direct mode: it would wait for the lock that the daemon holds
        if (try_defer(s, c)) return 0;
        snprintf(sentence, sizeof sentence, "the plexus daemon did not finish %.16s within %d s", c->command,
                 (int)deadline_seconds(c->command));
        return answer_unavailable(c, sentence);
      case STOPPED: return answer_unavailable(c, ended_by_signal);
      case LOST:
      case PENDING:
        if (!may_repeat(s, c)) return answer_unavailable(c, "the plexus daemon ended during the call");
        if (s->welcomed) until = now_ms() + wait_ms;
        else if (now_ms() + wait > until) return fall_back(s, c, "it closes the connection", wait_ms);
        if (!pause_unless_stopped(s, wait)) return answer_unavailable(c, ended_by_signal);
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
  if (equals(c->command, "VERSION")) return answer_version(c), 0;
  if (!is_command(c->command)) {
    char sentence[64];
    snprintf(sentence, sizeof sentence, "unknown CNI_COMMAND: %.32s", c->command);
    answer_error(c, 4, "PLX-COMMAND-UNKNOWN", sentence,
                 "Set CNI_COMMAND to ADD, DEL, CHECK, STATUS, GC or VERSION (upper case).");
    return 1;
  }
  if (is_nested()) {
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

// If one of these is closed, a pipe of a plugin would get its number.
static void open_standard_streams(void) {
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) return; // no /dev
}

int main(int argc, char **argv) {
  open_standard_streams();
  bool is_agent = argc > 1 && equals(argv[1], "host-agent");
  runs_init(&runs, is_agent ? 0 : IDLE_KEEPERS); // an agent works in the background
  if (argc > 1 && equals(argv[1], "--version")) return puts(PLEXUS_VERSION), 0;
  if (is_agent) return run_as_agent(argc, argv, PLEXUS_VERSION, &runs);
  if (argc > 2 && equals(argv[1], "probe"))
    return probe(option(argc, argv, "--socket", DEFAULT_OBSERVE_SOCKET), argv[2], PROBE_MS);
  if (argc > 1 && equals(argv[1], "--help")) return fputs(about, stdout), 0;
  if (env_or_empty("CNI_COMMAND")[0] == 0) return argc > 1 ? answer_misuse(argv[1]) : (fputs(about, stderr), 0);
  return run_as_plugin();
}
