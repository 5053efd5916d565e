#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { MOST_STDOUT = 4 * 1024 * 1024, MOST_STDERR = 64 * 1024, GRACE_MS = 500, KILL_MS = 500, ORPHANED_MS = 2000, LOOK_MS = 5, BUSY_TRIES = 6, BUSY_PAUSE_MS = 200 };

void runs_init(struct runs *runs) {
  memset(runs, 0, sizeof *runs);
  runs->guardian = -1;
}

// ── the guardian: when this process is killed, it sees to the process groups of the plugins ──────────────────────

// one that has ended and only waits for its new parent to hear of it is not alive
static bool is_alive(pid_t pid) {
  char path[32], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return kill(pid, 0) == 0;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  text[n > 0 ? n : 0] = 0;
  const char *name_end = strrchr(text, ')');
  return name_end != NULL && strlen(name_end) > 2 && name_end[2] != 'Z' && name_end[2] != 'X';
}

static bool any_left(pid_t *groups) {
  bool left = false;
  for (int i = 0; i < MOST_RUNS; i++) {
    if (groups[i] == 0) continue;
    if (is_alive(groups[i])) {
      left = true;
      continue;
    }
    kill(-groups[i], SIGKILL); // its children
    groups[i] = 0;
  }
  return left;
}

static void guard_groups(int from) {
  pid_t groups[MOST_RUNS] = {0};
  pid_t message; // a group; negative when it has ended
  ssize_t n;
  while ((n = read(from, &message, sizeof message)) == sizeof message || (n < 0 && errno == EINTR)) {
    if (n < 0) continue;
    pid_t wanted = message > 0 ? 0 : -message;
    for (int i = 0; i < MOST_RUNS; i++) {
      if (groups[i] != wanted) continue;
      groups[i] = message > 0 ? message : 0;
      break;
    }
  }
  // a plugin that is killed half way may leave what no DEL finds: most end in a moment by themselves
  for (int64_t until = now_ms() + ORPHANED_MS; any_left(groups) && now_ms() < until;) poll(NULL, 0, LOOK_MS);
  for (int i = 0; i < MOST_RUNS; i++)
    if (groups[i] > 0) kill(-groups[i], SIGKILL);
  // the end of the connection says that nothing runs any more
  for (int64_t until = now_ms() + KILL_MS; any_left(groups) && now_ms() < until;) poll(NULL, 0, LOOK_MS);
  _exit(0);
}

static void close_from(int first) {
  for (int fd = first; fd < 1024; fd++) close(fd);
}

// It holds the connection too, whose end tells the daemon that nothing runs any more.
_Noreturn static void become_guardian(int from, int link) {
  setsid(); // a signal to the runtime's group is not for it
  int kept = fcntl(link, F_DUPFD, 3);
  dup2(fcntl(from, F_DUPFD, 3), 0);
  dup2(kept, 1);
  close_from(2); // also the runtime's pipes, which it waits for
  guard_groups(0);
  _exit(0);
}

static void start_guardian(struct runs *runs) {
  int pipe_fds[2];
  if (runs->guardian >= 0 || pipe2(pipe_fds, O_CLOEXEC) != 0) return;
  pid_t pid = fork();
  if (pid == 0) become_guardian(pipe_fds[0], runs->link);
  close(pipe_fds[0]);
  if (pid < 0) {
    close(pipe_fds[1]);
    return;
  }
  runs->guardian = pipe_fds[1];
  runs->guardian_pid = pid;
}

static void tell_guardian(const struct runs *runs, pid_t message) {
  if (runs->guardian >= 0 && write(runs->guardian, &message, sizeof message) < 0) return; // it is gone: nobody sees to it
}

void runs_begin(struct runs *runs, int link) {
  runs->link = link;
  if (runs->guardian < 0) return;
  close(runs->guardian); // that of an earlier connection
  runs->guardian = -1;
  while (waitpid(runs->guardian_pid, NULL, 0) < 0 && errno == EINTR) continue;
}

// ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────

// the first regular file of that name in CNI_PATH (CNI-47); NULL when there is none
static char *find_plugin(const char *path, const char *plugin) {
  for (const char *folder = path; *folder != 0;) {
    size_t n = strcspn(folder, ":");
    size_t size = n + strlen(plugin) + 2;
    char *file = must_alloc(NULL, size);
    snprintf(file, size, "%.*s/%s", (int)n, folder, plugin);
    struct stat found;
    if (n > 0 && stat(file, &found) == 0 && S_ISREG(found.st_mode)) return file;
    free(file);
    folder += n + (folder[n] == ':');
  }
  return NULL;
}

static void close_one(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static void forget(struct run *run) {
  close_one(&run->in);
  close_one(&run->out);
  close_one(&run->err);
  buf_free(&run->stdin_bytes);
  buf_free(&run->stdout_bytes);
  buf_free(&run->stderr_bytes);
  plugin_env_free(&run->env);
  free(run->file);
  *run = (struct run){0};
}

static void fail(struct run *run, enum reason why, const char *detail, struct buf *out) {
  frame_failed(out, run->id, why, detail);
  forget(run);
}

_Noreturn static void become(const struct runs *runs, const struct run *run, const int *ends, pid_t parent) {
  tell_guardian(runs, getpid());
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  if (runs->guardian < 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127); // it died before that: what has not begun need not
  for (int fd = 0; fd < 3; fd++) dup2(ends[fd], fd);
  char *argv[] = {run->file, NULL};
  execve(run->file, argv, run->env.vars);
  int problem = errno;
  if (write(ends[3], &problem, sizeof problem) < 0) _exit(126);
  _exit(127);
}

// 0, or the errno of what failed; EINPROGRESS never. `pipes`: read end, write end of stdin, stdout, stderr, exec's errno
static int spawn(struct runs *runs, struct run *run) {
  int p[4][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  int problem = 0;
  for (int i = 0; i < 4 && problem == 0; i++)
    if (pipe2(p[i], O_CLOEXEC) != 0) problem = errno;
  pid_t parent = getpid();
  pid_t pid = problem == 0 ? fork() : -1;
  if (pid == 0) {
    setpgid(0, 0);
    become(runs, run, (int[]){p[0][0], p[1][1], p[2][1], p[3][1]}, parent);
  }
  if (pid < 0 && problem == 0) problem = errno;
  if (pid > 0) setpgid(pid, pid);
  close_one(&p[0][0]);
  close_one(&p[1][1]);
  close_one(&p[2][1]);
  close_one(&p[3][1]);
  if (pid > 0 && read(p[3][0], &problem, sizeof problem) != sizeof problem) problem = 0;
  close_one(&p[3][0]);
  if (problem != 0) {
    close_one(&p[0][1]);
    close_one(&p[1][0]);
    close_one(&p[2][0]);
    if (pid > 0) {
      waitpid(pid, NULL, 0);
      tell_guardian(runs, -pid);
    }
    return problem;
  }
  run->pid = pid;
  run->in = p[0][1];
  run->out = p[1][0];
  run->err = p[2][0];
  for (int *fd = (int[]){run->in, run->out, run->err, -1}; *fd >= 0; fd++) fcntl(*fd, F_SETFL, O_NONBLOCK);
  if (run->stdin_bytes.len == 0) close_one(&run->in);
  return 0;
}

static void try_start(struct runs *runs, struct run *run, struct buf *out) {
  run->retry_at = 0;
  int problem = spawn(runs, run);
  if (problem == 0) return;
  // somebody is replacing the plugin right now (CNI-66)
  if (problem == ETXTBSY && ++run->tries < BUSY_TRIES) {
    run->retry_at = now_ms() + BUSY_PAUSE_MS;
    return;
  }
  char detail[4300];
  const char *says = problem == ENOEXEC ? "it is neither a program of this machine nor a script that begins with #!"
                     : problem == ETXTBSY ? "ETXTBSY: text file busy"
                     : problem == ENOENT  ? "ENOENT: its interpreter does not exist"
                                          : strerror(problem);
  snprintf(detail, sizeof detail, "%.4096s\n%s%s", run->file, problem == EACCES ? "it is not executable (EACCES): " : "", says);
  fail(run, R_NOT_RUNNABLE, detail, out);
}

static struct run *free_slot(struct runs *runs) {
  for (int i = 0; i < MOST_RUNS; i++)
    if (!runs->all[i].used) return &runs->all[i];
  return NULL;
}

static struct run *by_id(struct runs *runs, uint32_t id) {
  for (int i = 0; i < MOST_RUNS; i++)
    if (runs->all[i].used && runs->all[i].id == id) return &runs->all[i];
  return NULL;
}

// the list of KEY=VALUE texts; NULL when it cannot be one
static char **get_list(struct reader *r, size_t *n) {
  size_t count = get_u32(r);
  *n = 0;
  if (r->bad || count > (size_t)(r->end - r->at) / 4) return r->bad = true, NULL;
  char **list = must_alloc(NULL, (count + 1) * sizeof *list);
  while (*n < count) list[(*n)++] = get_text(r);
  return list;
}

static void take_run(struct run *run, struct frame *frame, char **plugin, const struct guard *g, const char **problem) {
  struct reader *r = &frame->body;
  size_t n = 0;
  *plugin = get_text(r);
  char **asked = get_list(r, &n);
  struct bytes input = get_bytes(r);
  uint32_t timeout_ms = get_u32(r);
  *problem = plugin_env_make(&run->env, asked == NULL ? (char *[]){NULL} : asked, n, g);
  free(asked);
  if (r->bad) *problem = "the request is damaged";
  else buf_put(&run->stdin_bytes, input.data, input.len);
  if (timeout_ms > 0) run->deadline = now_ms() + timeout_ms;
}

void runs_start(struct runs *runs, struct frame *frame, const struct guard *g, struct buf *out) {
  struct run *run = free_slot(runs);
  if (by_id(runs, frame->id) != NULL) {
    frame_failed(out, frame->id, R_FORBIDDEN, "a request of that number is open");
    return;
  }
  if (run == NULL) {
    frame_failed(out, frame->id, R_SYSTEM, "too many plugins are running");
    return;
  }
  *run = (struct run){.used = true, .id = frame->id, .in = -1, .out = -1, .err = -1};
  char *plugin = NULL;
  const char *problem = NULL;
  take_run(run, frame, &plugin, g, &problem);
  if (problem == NULL) problem = guard_run(g, plugin, &run->env);
  if (problem != NULL) {
    fail(run, R_FORBIDDEN, problem, out);
  } else {
    run->file = find_plugin(g->call->path, plugin);
    if (run->file == NULL) {
      fail(run, R_MISSING, g->call->path, out);
    } else {
      start_guardian(runs);
      try_start(runs, run, out);
    }
  }
  free(plugin);
}

// ── ending ───────────────────────────────────────────────────────────────────────────────────────────────────

static void kill_group(const struct run *run) {
  if (run->pid > 0) kill(-run->pid, SIGKILL);
}

static void kill_for(struct run *run, enum reason why, struct buf *out) {
  if (run->killed_for == 0) run->killed_for = why;
  if (run->pid > 0) kill_group(run);
  else fail(run, why, "", out); // it was waiting to be started
}

void runs_kill(struct runs *runs, uint32_t id, struct buf *out) {
  struct run *run = by_id(runs, id);
  if (run == NULL) return;
  if (run->pid == 0) kill_for(run, R_KILLED, out);
  // most plugins end in a moment by themselves, and one that is killed half way may leave what no DEL finds
  else if (run->kill_at == 0) run->kill_at = now_ms() + KILL_MS;
}

void runs_kill_all(struct runs *runs) {
  for (int i = 0; i < MOST_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (!run->used) continue;
    kill_group(run);
    if (run->pid > 0 && !run->exited) waitpid(run->pid, NULL, 0);
    if (run->pid > 0) tell_guardian(runs, -run->pid);
    forget(run);
  }
}

bool runs_begun(struct runs *runs) {
  bool begun = false;
  for (int i = 0; i < MOST_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (run->used && run->pid == 0) forget(run);
    begun = begun || run->used;
  }
  return begun;
}

static void finish(struct runs *runs, struct run *run, struct buf *out) {
  tell_guardian(runs, -run->pid);
  if (run->killed_for != 0) {
    fail(run, run->killed_for, "", out);
    return;
  }
  size_t begin = frame_begin(out, F_RAN, run->id);
  put_u32(out, WIFEXITED(run->status) ? (uint32_t)WEXITSTATUS(run->status) : UINT32_MAX);
  put_bytes(out, run->stdout_bytes.data, run->stdout_bytes.len);
  put_bytes(out, run->stderr_bytes.data, run->stderr_bytes.len);
  frame_end(out, begin);
  forget(run);
}

// ── going on ─────────────────────────────────────────────────────────────────────────────────────────────────

int runs_poll(const struct runs *runs, struct pollfd *fds) {
  int n = 0;
  for (int i = 0; i < MOST_RUNS; i++) {
    const struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->in >= 0) fds[n++] = (struct pollfd){.fd = run->in, .events = POLLOUT};
    if (run->out >= 0) fds[n++] = (struct pollfd){.fd = run->out, .events = POLLIN};
    if (run->err >= 0) fds[n++] = (struct pollfd){.fd = run->err, .events = POLLIN};
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
    close_one(&run->in);
    buf_free(&run->stdin_bytes);
  }
}

static bool drain(int *fd, struct buf *into) {
  buf_need(into, 8 * 1024);
  ssize_t n = read(*fd, into->data + into->len, into->cap - into->len);
  if (n > 0) into->len += (size_t)n;
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) close_one(fd);
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
    kill_for(run, R_TOO_LONG, out);
  }
  if (run->used && run->err >= 0 && is_ready(fds, n, run->err)) drain(&run->err, &run->stderr_bytes);
  keep_end(&run->stderr_bytes);
}

// a plugin that has ended but whose own children hold its pipes open is not waited for longer than a moment
static bool has_ended(struct run *run, int64_t now) {
  if (!run->exited) {
    if (waitpid(run->pid, &run->status, WNOHANG) != run->pid) return false;
    run->exited = true;
    run->grace_end = now + GRACE_MS;
    close_one(&run->in);
    while (run->out >= 0 && run->stdout_bytes.len <= MOST_STDOUT && drain(&run->out, &run->stdout_bytes)) continue;
    while (run->err >= 0 && drain(&run->err, &run->stderr_bytes)) keep_end(&run->stderr_bytes);
    if (run->stdout_bytes.len > MOST_STDOUT && run->killed_for == 0) run->killed_for = R_TOO_LONG;
  }
  bool has_heirs = run->out >= 0 || run->err >= 0;
  if (has_heirs && now < run->grace_end && run->killed_for == 0) return false;
  if (has_heirs) kill_group(run);
  return true;
}

static bool is_plugin(const struct runs *runs, pid_t pid) {
  for (int i = 0; i < MOST_RUNS; i++)
    if (runs->all[i].used && runs->all[i].pid == pid && !runs->all[i].exited) return true;
  return false;
}

// The first process of a container is the parent of whatever a plugin leaves behind.
static void reap_orphans(const struct runs *runs) {
  for (siginfo_t ended = {0}; waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid > 0; ended.si_pid = 0) {
    if (is_plugin(runs, ended.si_pid)) return; // has_ended wants its status
    waitpid(ended.si_pid, NULL, WNOHANG);
  }
}

void runs_go_on(struct runs *runs, const struct pollfd *fds, int n, struct buf *out) {
  int64_t now = now_ms();
  for (int i = 0; i < MOST_RUNS; i++) {
    struct run *run = &runs->all[i];
    if (!run->used) continue;
    if (run->deadline != 0 && now >= run->deadline && run->killed_for == 0) kill_for(run, R_DEADLINE, out);
    if (run->kill_at != 0 && now >= run->kill_at && run->killed_for == 0) kill_for(run, R_KILLED, out);
    if (run->used && run->retry_at != 0 && now >= run->retry_at) try_start(runs, run, out);
    if (!run->used || run->pid == 0) continue;
    exchange(run, fds, n, out);
    if (run->used && has_ended(run, now)) finish(runs, run, out);
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
    next = sooner(sooner(next, run->retry_at), run->grace_end);
  }
  return next;
}
