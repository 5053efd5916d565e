#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "run_internal.h"

// The daemon reads no more of stdout than MAX_SENT (src/host/shown-stdout.ts).
enum { MAX_STDOUT = 4 * 1024 * 1024, MAX_SENT = 256 * 1024 + 1, MAX_STDERR = 64 * 1024 };
enum { PIPE_BYTES = 8 * 1024, GRACE_MS = 500 };
// After a longer output, the runs that wait for this one are skipped: the daemon must not have to hold many of them.
enum { MAX_AHEAD = 4 * 1024 };

static void finish(struct runs *runs, struct run *run, struct buf *out) {
  if (run->killed_for != 0) {
    run_fail(run, run->killed_for, "", out);
    return;
  }
  bool is_short = run->stdout_bytes.len + run->stderr_bytes.len <= MAX_AHEAD;
  if (WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0 && is_short) run_note_success(runs, run->id);
  size_t begin = frame_begin(out, F_RAN, run->id);
  put_u32(out, WIFEXITED(run->status) ? (uint32_t)WEXITSTATUS(run->status) : UINT32_MAX);
  put_bytes(out, run->stdout_bytes.data, run->stdout_bytes.len);
  put_bytes(out, run->stderr_bytes.data, run->stderr_bytes.len);
  frame_end(out, begin);
  run_free(run);
}

int runs_poll(const struct runs *runs, struct pollfd *fds) {
  int n = 0;
  for (int i = 0; i < MAX_RUNS; i++) {
    const struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->in >= 0) fds[n++] = (struct pollfd){.fd = run->in, .events = POLLOUT};
    if (run->out >= 0) fds[n++] = (struct pollfd){.fd = run->out, .events = POLLIN};
    if (run->err >= 0) fds[n++] = (struct pollfd){.fd = run->err, .events = POLLIN};
    if (run->keeper != NULL && !run->exited) fds[n++] = (struct pollfd){.fd = run->keeper->control, .events = POLLIN};
  }
  return n;
}

static bool is_ready(const struct pollfd *fds, int n, int fd) {
  for (int i = 0; i < n; i++)
    if (fds[i].fd == fd) return fds[i].revents != 0;
  return false;
}

void run_write_stdin(struct run *run) {
  size_t left = run->stdin_bytes.len - run->written;
  ssize_t n = left == 0 ? 0 : write(run->in, run->stdin_bytes.data + run->written, left);
  if (n > 0) run->written += (size_t)n;
  // a plugin need not read stdin, so a write error is not a failure
  if ((n < 0 && errno != EAGAIN && errno != EINTR) || run->written == run->stdin_bytes.len) {
    run_close(&run->in);
    buf_free(&run->stdin_bytes);
  }
}

static bool read_pipe(int *fd, struct buf *into) {
  buf_need(into, PIPE_BYTES);
  ssize_t n = read(*fd, into->data + into->len, PIPE_BYTES);
  if (n > 0) into->len += (size_t)n;
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) run_close(fd);
  return n > 0;
}

// Keeps the beginning, and counts all.
static bool read_stdout(struct run *run) {
  struct buf *text = &run->stdout_bytes;
  size_t before = text->len;
  if (!read_pipe(&run->out, text)) return false;
  run->printed += text->len - before;
  if (text->len > MAX_SENT) text->len = MAX_SENT;
  return true;
}

// Keeps the end: the last lines of stderr usually contain the reason of a failure.
static bool read_stderr(struct run *run) {
  struct buf *text = &run->stderr_bytes;
  if (!read_pipe(&run->err, text)) return false;
  if (text->len > MAX_STDERR) buf_drop(text, text->len - MAX_STDERR);
  return true;
}

static void exchange(struct run *run, const struct pollfd *fds, int n, struct buf *out) {
  if (run->in >= 0 && is_ready(fds, n, run->in)) run_write_stdin(run);
  if (run->out >= 0 && is_ready(fds, n, run->out)) read_stdout(run);
  if (run->printed > MAX_STDOUT && run->killed_for == 0) run_kill_for(run, R_TOO_LONG, out);
  if (run->used && run->err >= 0 && is_ready(fds, n, run->err)) read_stderr(run);
}

static void record_exit(struct run *run, int64_t now) {
  run->exited = true;
  run->grace_end = now + GRACE_MS;
  run_close(&run->in);
  while (run->out >= 0 && run->printed <= MAX_STDOUT && read_stdout(run)) continue;
  while (run->err >= 0 && read_stderr(run)) continue;
  if (run->printed > MAX_STDOUT && run->killed_for == 0) run->killed_for = R_TOO_LONG;
}

static void read_event(struct runs *runs, struct run *run, int64_t now, struct buf *out) {
  struct keeper_event event;
  if (run->exited || !keeper_event(run->keeper, &event)) return;
  if (event.problem != 0 && run->keeper_deadline == 0) {
    keepers_release(&runs->keepers, run->keeper);
    run->keeper = NULL;
    run_start_failed(run, event.problem, out);
    return;
  }
  run->status = event.status;
  run->is_alone = event.is_alone;
  record_exit(run, now);
}

// Waits at most GRACE_MS for pipes that descendants of an ended plugin hold open. Only a plugin that succeeded may
// leave processes behind, as with libcni: some plugins start a daemon.
static bool has_ended(struct runs *runs, struct run *run, int64_t now) {
  if (!run->exited) return false;
  bool has_open_pipes = run->out >= 0 || run->err >= 0;
  if (has_open_pipes && now < run->grace_end && run->killed_for == 0) return false;
  if (run->is_alone && run->keeper_deadline == 0) {
    keepers_release(&runs->keepers, run->keeper);
    return true;
  }
  bool is_clean = WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0 && !has_open_pipes && run->killed_for == 0;
  run_end(run, is_clean ? KEEPER_LEAVE : KEEPER_KILL);
  run->grace_end = 0;
  if (waitpid(run->keeper->pid, NULL, WNOHANG) != run->keeper->pid) return false;
  keepers_forget(run->keeper);
  return true;
}

// PID 1 of a container becomes the parent of processes that plugins leave behind.
static void reap_orphans(const struct runs *runs) {
  for (siginfo_t ended = {0}; waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid > 0;
       ended.si_pid = 0) {
    if (keepers_has(&runs->keepers, ended.si_pid)) return; // has_ended reaps it
    waitpid(ended.si_pid, NULL, WNOHANG);
  }
}

void runs_advance(struct runs *runs, const struct pollfd *fds, int n, struct buf *out) {
  int64_t now = now_ms();
  for (int i = 0; i < MAX_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->deadline != 0 && now >= run->deadline && run->killed_for == 0) run_kill_for(run, R_DEADLINE, out);
    if (run->kill_at != 0 && now >= run->kill_at && run->killed_for == 0) run_kill_for(run, R_KILLED, out);
    if (run->used && run->retry_at != 0 && now >= run->retry_at) run_try_start(runs, run, out);
    if (!run->used || run->keeper == NULL) continue;
    if (run->keeper_deadline != 0 && now >= run->keeper_deadline) kill(run->keeper->pid, SIGKILL);
    exchange(run, fds, n, out);
    if (run->used) read_event(runs, run, now, out);
    if (run->used && run->keeper != NULL && has_ended(runs, run, now)) finish(runs, run, out);
  }
  reap_orphans(runs);
}

static int64_t earlier(int64_t a, int64_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

int64_t runs_next_deadline(const struct runs *runs) {
  int64_t next = 0;
  for (int i = 0; i < MAX_RUNS; i++) {
    const struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->killed_for == 0) next = earlier(earlier(next, run->deadline), run->kill_at);
    next = earlier(earlier(earlier(next, run->retry_at), run->grace_end), run->keeper_deadline);
  }
  return next;
}
