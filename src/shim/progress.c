#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "keeper.h"
#include "run.h"
#include "run_parts.h"

enum { MOST_STDOUT = 4 * 1024 * 1024, MOST_STDERR = 64 * 1024, GRACE_MS = 500 };

static void finish(struct run *run, struct buf *out) {
  if (run->killed_for != 0) {
    run_fail(run, run->killed_for, "", out);
    return;
  }
  size_t begin = frame_begin(out, F_RAN, run->id);
  put_u32(out, WIFEXITED(run->status) ? (uint32_t)WEXITSTATUS(run->status) : UINT32_MAX);
  put_bytes(out, run->stdout_bytes.data, run->stdout_bytes.len);
  put_bytes(out, run->stderr_bytes.data, run->stderr_bytes.len);
  frame_end(out, begin);
  run_forget(run);
}

int runs_poll(const struct runs *runs, struct pollfd *fds) {
  int n = 0;
  for (int i = 0; i < MOST_RUNS; i++) {
    const struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->in >= 0) fds[n++] = (struct pollfd){.fd = run->in, .events = POLLOUT};
    if (run->out >= 0) fds[n++] = (struct pollfd){.fd = run->out, .events = POLLIN};
    if (run->err >= 0) fds[n++] = (struct pollfd){.fd = run->err, .events = POLLIN};
    if (run->line >= 0 && !run->exited) fds[n++] = (struct pollfd){.fd = run->line, .events = POLLIN};
  }
  return n;
}

static bool is_ready(const struct pollfd *fds, int n, int fd) {
  for (int i = 0; i < n; i++)
    if (fds[i].fd == fd) return fds[i].revents != 0;
  return false;
}

static void feed(struct run *run) {
  ssize_t n = write(run->in, run->stdin_bytes.data + run->written, run->stdin_bytes.len - run->written);
  if (n > 0) run->written += (size_t)n;
  // a plugin need not read its stdin: its exit status decides
  if ((n < 0 && errno != EAGAIN && errno != EINTR) || run->written == run->stdin_bytes.len) {
    run_close(&run->in);
    buf_free(&run->stdin_bytes);
  }
}

static bool drain(int *fd, struct buf *into) {
  buf_need(into, 8 * 1024);
  ssize_t n = read(*fd, into->data + into->len, into->cap - into->len);
  if (n > 0) into->len += (size_t)n;
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) run_close(fd);
  return n > 0;
}

// the end of what it said is what tells why it failed
static void keep_end(struct buf *said) {
  if (said->len > MOST_STDERR) buf_drop(said, said->len - MOST_STDERR);
}

static void exchange(struct run *run, const struct pollfd *fds, int n, struct buf *out) {
  if (run->in >= 0 && is_ready(fds, n, run->in)) feed(run);
  if (run->out >= 0 && is_ready(fds, n, run->out)) drain(&run->out, &run->stdout_bytes);
  if (run->stdout_bytes.len > MOST_STDOUT) {
    buf_free(&run->stdout_bytes);
    run_kill_for(run, R_TOO_LONG, out);
  }
  if (run->used && run->err >= 0 && is_ready(fds, n, run->err)) drain(&run->err, &run->stderr_bytes);
  keep_end(&run->stderr_bytes);
}

static void take_end(struct run *run, int64_t now) {
  run->exited = true;
  run->grace_end = now + GRACE_MS;
  run_close(&run->in);
  while (run->out >= 0 && run->stdout_bytes.len <= MOST_STDOUT && drain(&run->out, &run->stdout_bytes)) continue;
  while (run->err >= 0 && drain(&run->err, &run->stderr_bytes)) keep_end(&run->stderr_bytes);
  if (run->stdout_bytes.len > MOST_STDOUT && run->killed_for == 0) run->killed_for = R_TOO_LONG;
}

// A plugin that has ended but whose own processes hold its pipes open is not waited for longer than a moment. Only one
// that ended well may leave processes behind, as with libcni: some start a daemon.
static bool has_ended(struct run *run, int64_t now) {
  if (!run->exited && keeper_ended(run->line, &run->status)) take_end(run, now);
  if (!run->exited) return false;
  bool has_heirs = run->out >= 0 || run->err >= 0;
  if (has_heirs && now < run->grace_end && run->killed_for == 0) return false;
  bool is_well = WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0 && !has_heirs && run->killed_for == 0;
  if (run->line >= 0) run_order(run, is_well ? ORDER_LEAVE : ORDER_KILL);
  run_close(&run->line);
  run->grace_end = 0;
  return waitpid(run->pid, NULL, WNOHANG) == run->pid;
}

static bool is_keeper(const struct runs *runs, pid_t pid) {
  for (int i = 0; i < MOST_RUNS; i++)
    if (runs->all[i].used && runs->all[i].pid == pid) return true;
  return false;
}

// The first process of a container is the parent of whatever a plugin leaves behind.
static void reap_orphans(const struct runs *runs) {
  for (siginfo_t ended = {0}; waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid > 0;
       ended.si_pid = 0) {
    if (is_keeper(runs, ended.si_pid)) return; // has_ended waits for it
    waitpid(ended.si_pid, NULL, WNOHANG);
  }
}

void runs_go_on(struct runs *runs, const struct pollfd *fds, int n, struct buf *out) {
  int64_t now = now_ms();
  for (int i = 0; i < MOST_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->deadline != 0 && now >= run->deadline && run->killed_for == 0) run_kill_for(run, R_DEADLINE, out);
    if (run->kill_at != 0 && now >= run->kill_at && run->killed_for == 0) run_kill_for(run, R_KILLED, out);
    if (run->used && run->retry_at != 0 && now >= run->retry_at) run_try_start(runs, run, out);
    if (!run->used || run->pid == 0) continue;
    if (run->order_end != 0 && now >= run->order_end) kill(run->pid, SIGKILL);
    exchange(run, fds, n, out);
    if (run->used && has_ended(run, now)) finish(run, out);
  }
  reap_orphans(runs);
}

static int64_t sooner(int64_t a, int64_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

int64_t runs_next_deadline(const struct runs *runs) {
  int64_t next = 0;
  for (int i = 0; i < MOST_RUNS; i++) {
    const struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->killed_for == 0) next = sooner(sooner(next, run->deadline), run->kill_at);
    next = sooner(sooner(sooner(next, run->retry_at), run->grace_end), run->order_end);
  }
  return next;
}
