#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "meta.h"
#include "run_internal.h"
#include "spawn.h"

enum { MAX_VARIABLES = 1000, MAX_INPUT = 64 * 1024 * 1024 };
enum { KILL_MS = 500, BUSY_TRIES = 6, BUSY_PAUSE_MS = 200, KEEPER_MS = 4000, POLL_MS = 2 };

void runs_init(struct runs *runs, int idle_keepers) {
  memset(runs, 0, sizeof *runs);
  struct rlimit *files = &runs->keepers.files;
  if (getrlimit(RLIMIT_NOFILE, files) != 0) *files = (struct rlimit){1024, 1024};
  // the shim needs several descriptors per plugin; plugins keep the caller's limit
  const struct rlimit most = {files->rlim_max, files->rlim_max};
  setrlimit(RLIMIT_NOFILE, &most);
  runs->keepers.max_idle = idle_keepers;
}

void runs_set_link(struct runs *runs, int link) {
  runs->keepers.link = link;
  memset(runs->succeeded, 0, sizeof runs->succeeded); // the numbers start again
}

// ── Starting ─────────────────────────────────────────────────────────────────────────────────────────────────

void run_close(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static void close_pipes(struct run *run) {
  run_close(&run->in);
  run_close(&run->out);
  run_close(&run->err);
}

void run_free(struct run *run) {
  close_pipes(run);
  run_close(&run->netns_fd);
  buf_free(&run->stdin_bytes);
  buf_free(&run->stdout_bytes);
  buf_free(&run->stderr_bytes);
  plugin_env_free(&run->env);
  free(run->plugin);
  free(run->file);
  *run = (struct run){0};
}

void run_fail(struct run *run, enum reason why, const char *detail, struct buf *out) {
  frame_failed(out, run->id, why, detail);
  run_free(run);
}

static int start(struct runs *runs, struct run *run) {
  struct spawned spawned;
  int problem = spawn(&runs->keepers, run->file, run->env.vars, &spawned);
  if (problem != 0) return problem;
  run->keeper = spawned.keeper;
  run->in = spawned.in;
  run->out = spawned.out;
  run->err = spawned.err;
  run_write_stdin(run);
  return 0;
}

void run_try_start(struct runs *runs, struct run *run, struct buf *out) {
  run->retry_at = 0;
  int problem = start(runs, run);
  if (problem != 0) run_start_failed(run, problem, out);
}

void run_start_failed(struct run *run, int problem, struct buf *out) {
  close_pipes(run);
  // the plugin is being replaced (CNI-66)
  if (problem == ETXTBSY && ++run->tries < BUSY_TRIES) {
    run->retry_at = now_ms() + BUSY_PAUSE_MS;
    return;
  }
  char detail[4300];
  const char *reason = problem == ENOEXEC   ? "it is neither a program of this machine nor a script that begins with #!"
                       : problem == ETXTBSY ? "ETXTBSY: text file busy"
                       : problem == ENOENT  ? "ENOENT: its interpreter does not exist"
                                            : strerror(problem);
  snprintf(detail, sizeof detail, "%.4096s\n%s%s", run->file,
           problem == EACCES ? "it is not executable (EACCES): " : "", reason);
  run_fail(run, R_NOT_RUNNABLE, detail, out);
}

static struct run *free_slot(struct runs *runs) {
  for (int i = 0; i < MAX_RUNS; i++)
    if (!runs->all[i].used) return &runs->all[i];
  return NULL;
}

static struct run *by_id(struct runs *runs, uint32_t id) {
  for (int i = 0; i < MAX_RUNS; i++)
    if (runs->all[i].used && runs->all[i].id == id) return &runs->all[i];
  return NULL;
}

// Reads a list of texts; NULL when it is malformed.
static char **get_texts(struct reader *r, size_t *n) {
  size_t count = get_u32(r);
  *n = 0;
  if (r->bad || count > MAX_VARIABLES || count > (size_t)(r->end - r->at) / 4) return r->bad = true, NULL;
  char **list = must_alloc(NULL, (count + 1) * sizeof *list);
  while (*n < count) list[(*n)++] = get_text(r);
  return list;
}

// Returns NULL, or why the RUN is refused.
static const char *parse_run(struct run *run, struct frame *frame, const struct guard *g) {
  struct reader *r = &frame->body;
  size_t n = 0;
  run->plugin = get_text(r);
  char **variables = get_texts(r, &n);
  struct bytes input = get_bytes(r);
  run->timeout_ms = get_u32(r);
  if (r->at < r->end) run->after = get_u32(r); // since 1.1
  const char *problem = plugin_env_make(&run->env, variables == NULL ? (char *[]){NULL} : variables, n, g->call);
  free(variables);
  if (r->bad || run->after == run->id) return "the request is malformed";
  const char *forbidden = forbidden_plugin(run->plugin, (const char *)input.data, input.len);
  if (forbidden != NULL) return forbidden;
  buf_put(&run->stdin_bytes, input.data, input.len);
  return problem;
}

static void start_if_allowed(struct runs *runs, struct run *run, const struct guard *g, struct buf *out) {
  run->after = 0;
  if (run->timeout_ms > 0) run->deadline = now_ms() + run->timeout_ms;
  struct refusal no = guard_run(g, run->plugin, &run->env);
  if (no.detail == NULL) no = guard_plugin_netns(g, &run->env, &run->netns_fd);
  if (no.detail != NULL) {
    run_fail(run, no.why, no.detail, out);
    return;
  }
  run->file = find_plugin(g->call->path, run->plugin);
  if (run->file == NULL) run_fail(run, R_MISSING, g->call->path, out);
  else run_try_start(runs, run, out);
}

// ── Waiting for another RUN ──────────────────────────────────────────────────────────────────────────────────

static uint32_t *success_of(struct runs *runs, uint32_t id) {
  for (size_t i = 0; i < MAX_SUCCEEDED; i++)
    if (runs->succeeded[i] == id) return &runs->succeeded[i];
  return NULL;
}

void run_note_success(struct runs *runs, uint32_t id) { runs->succeeded[runs->successes++ % MAX_SUCCEEDED] = id; }

// Begins one waiting run, or skips it. Returns false if there was none: others may wait for the one that was skipped.
static bool start_one_due(struct runs *runs, const struct guard *g, struct buf *out) {
  for (int i = 0; i < MAX_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (!run->used || run->after == 0 || by_id(runs, run->after) != NULL) continue;
    if (success_of(runs, run->after) != NULL) start_if_allowed(runs, run, g, out);
    else run_fail(run, R_SKIPPED, "", out);
    return true;
  }
  return false;
}

void runs_start_due(struct runs *runs, const struct guard *g, struct buf *out) {
  while (start_one_due(runs, g, out)) continue;
}

// The input of all plugins that run or wait. It is held in memory: here until a plugin reads it, then usually by the
// plugin.
static size_t input_bytes(const struct runs *runs) {
  size_t sum = 0;
  for (int i = 0; i < MAX_RUNS; i++)
    if (runs->all[i].used) sum += runs->all[i].request_bytes;
  return sum;
}

void runs_prepare(struct runs *runs) { keepers_prepare(&runs->keepers); }

void runs_start(struct runs *runs, struct frame *frame, const struct guard *g, struct buf *out) {
  struct run *run = free_slot(runs);
  if (by_id(runs, frame->id) != NULL) {
    frame_failed(out, frame->id, R_FORBIDDEN, "a request with that number is in flight");
    return;
  }
  if (run == NULL) {
    frame_failed(out, frame->id, R_SYSTEM, "too many plugins are running");
    return;
  }
  const size_t request_bytes = (size_t)(frame->body.end - frame->body.at);
  if (input_bytes(runs) + request_bytes > MAX_INPUT) {
    frame_failed(out, frame->id, R_SYSTEM, "the running plugins have more than 64 MiB of input");
    return;
  }
  *run = (struct run){.used = true, .id = frame->id, .in = -1, .out = -1, .err = -1, .netns_fd = -1};
  run->request_bytes = request_bytes;
  uint32_t *earlier = success_of(runs, frame->id); // of a request that used the number before
  if (earlier != NULL) *earlier = 0;
  const char *problem = parse_run(run, frame, g);
  if (problem != NULL) run_fail(run, R_FORBIDDEN, problem, out);
  else if (run->after == 0) start_if_allowed(runs, run, g, out);
}

// ── Ending ───────────────────────────────────────────────────────────────────────────────────────────────────

void run_end(struct run *run, enum keeper_request request) {
  keeper_send(run->keeper, request);
  if (run->keeper_deadline == 0) run->keeper_deadline = now_ms() + KEEPER_MS;
}

void run_kill_for(struct run *run, enum reason why, struct buf *out) {
  if (run->killed_for == 0) run->killed_for = why;
  if (run->keeper != NULL) run_end(run, KEEPER_KILL);
  else run_fail(run, why, "", out); // not started yet
}

void runs_kill(struct runs *runs, uint32_t id, struct buf *out) {
  struct run *run = by_id(runs, id);
  if (run == NULL) return;
  if (run->keeper == NULL) run_kill_for(run, run->after == 0 ? R_KILLED : R_SKIPPED, out);
  // do not kill at once: most plugins end soon, and an interrupted one may leave state that no DEL cleans up
  else if (run->kill_at == 0) run->kill_at = now_ms() + KILL_MS;
}

// Kills a keeper that does not end in time, and its plugin with it: a plugin is root and may have stopped the keeper.
static void wait_for_keeper(pid_t keeper, int64_t until) {
  pid_t ended = 0;
  while (ended == 0 && now_ms() < until) {
    ended = waitpid(keeper, NULL, WNOHANG);
    if (ended == 0) poll(NULL, 0, POLL_MS);
  }
  if (ended != 0) return;
  kill(keeper, SIGKILL);
  while (waitpid(keeper, NULL, 0) < 0 && errno == EINTR) continue;
}

void runs_kill_all(struct runs *runs) {
  int64_t until = now_ms() + KEEPER_MS;
  for (int i = 0; i < MAX_RUNS; i++)
    if (runs->all[i].used && runs->all[i].keeper != NULL) keeper_send(runs->all[i].keeper, KEEPER_KILL);
  for (int i = 0; i < MAX_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->keeper != NULL) {
      wait_for_keeper(run->keeper->pid, until);
      keepers_forget(run->keeper);
    }
    run_free(run);
  }
  keepers_dismiss(&runs->keepers);
}

bool runs_in_flight(struct runs *runs) {
  bool in_flight = false;
  for (int i = 0; i < MAX_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (run->used && run->keeper == NULL) run_free(run);
    in_flight = in_flight || run->used;
  }
  return in_flight;
}
