#include "keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "descendants.h"

// The keeper's only descriptors, and its time limits.
enum { CONTROL = 3, LINK = 4, FIRST_OTHER = 5, ORPHANED_MS = 2000, KILL_MS = 2000, POLL_MS = 5 };

// Closes or marks descriptors. Kernels before 5.11 lack close_range or its flag, so fall back to /proc.
static void close_range_from(int first, unsigned flags) {
  if (syscall(SYS_close_range, first, ~0U, flags) == 0) return;
  DIR *folder = opendir("/proc/self/fd");
  for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
    int fd = atoi(entry->d_name);
    if (fd < first || fd == dirfd(folder)) continue;
    if (flags != 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
    else close(fd);
  }
  if (folder != NULL) closedir(folder);
}

void close_on_exec_from(int first) { close_range_from(first, CLOSE_RANGE_CLOEXEC); }

// Closes all other descriptors: the runtime waits for the end of its pipes, and other plugins for the end of theirs.
// Descriptors 0 to 2 become copies, so that no pipe of a plugin gets these numbers.
static void keep_only(int control, int link) {
  control = fcntl(control, F_DUPFD, FIRST_OTHER);
  link = fcntl(link, F_DUPFD, FIRST_OTHER);
  for (int fd = 0; fd <= CONTROL; fd++) dup2(control, fd);
  dup2(link, LINK);
  close_range_from(FIRST_OTHER, 0);
}

static int child_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct kept {
  pid_t plugin; // 0: none
  bool ended, reported;
  int status;
};

// Returns whether this process still has children.
static bool reap(struct kept *k) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR)) {
    if (pid != k->plugin) continue;
    k->ended = true;
    k->status = status;
  }
  return pid == 0;
}

static void send_event(struct keeper_event event) {
  if (send(CONTROL, &event, sizeof event, MSG_NOSIGNAL) < 0) return; // the shim has ended
}

_Noreturn static void kill_all(struct kept *k) {
  int64_t until = now_ms() + KILL_MS;
  for (bool is_left = k->plugin != 0; is_left && now_ms() < until;) {
    if (!k->ended) kill(-k->plugin, SIGKILL);
    descendants_kill();
    is_left = reap(k);
    if (is_left) poll(NULL, 0, POLL_MS);
  }
  if (k->ended && !k->reported) send_event((struct keeper_event){.status = k->status});
  _exit(0);
}

static void drain(int signals) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) > 0) continue;
}

// ── Starting a plugin ────────────────────────────────────────────────────────────────────────────────────────

struct start {
  const struct rlimit *files;
  int fds[PLUGIN_FDS];
  char *text;
  char **vars;
  pid_t keeper;
  volatile int problem; // set by the child, which shares the memory of the keeper until execve
};

_Noreturn static void exec_plugin(struct start *s) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != s->keeper) _exit(127); // the keeper was killed before prctl
  for (int i = 0; i < PLUGIN_FDS; i++) dup2(s->fds[i], i);
  close_on_exec_from(PLUGIN_FDS); // includes descriptors that the runtime left open
  setrlimit(RLIMIT_NOFILE, s->files);
  execve(s->text, (char *[]){s->text, NULL}, s->vars);
  s->problem = errno;
  _exit(127);
}

static bool read_all(void *into, size_t n) { return n == 0 || recv(CONTROL, into, n, MSG_WAITALL) == (ssize_t)n; }

// Reads what follows KEEPER_START. Returns 0 or an errno.
static int read_program(struct start *s) {
  struct keeper_program program;
  if (!read_all(&program, sizeof program) || program.texts == 0) return EPROTO;
  s->text = malloc(program.bytes + 1);
  s->vars = calloc(program.texts, sizeof *s->vars);
  if (s->text == NULL || s->vars == NULL) return ENOMEM;
  if (!read_all(s->text, program.bytes)) return EPROTO;
  s->text[program.bytes] = 0;
  const char *end = s->text + program.bytes;
  char *at = s->text + strlen(s->text) + 1;
  for (size_t i = 0; i + 1 < program.texts && at < end; i++, at += strlen(at) + 1) s->vars[i] = at;
  return 0;
}

// A child of vfork runs until execve while this process waits: no page of it is copied.
static pid_t start(struct start *s) {
  s->keeper = getpid();
  pid_t plugin = vfork();
  if (plugin == 0) exec_plugin(s);
  if (plugin < 0) s->problem = errno;
  return plugin;
}

static void on_start(struct kept *k, const struct rlimit *files, const int fds[static PLUGIN_FDS]) {
  struct start s = {.files = files};
  memcpy(s.fds, fds, sizeof s.fds);
  s.problem = read_program(&s);
  pid_t plugin = s.problem == 0 ? start(&s) : -1;
  for (int i = 0; i < PLUGIN_FDS; i++) close(fds[i]);
  free(s.text);
  free(s.vars);
  if (s.problem == 0) {
    *k = (struct kept){.plugin = plugin};
    return;
  }
  if (plugin > 0) waitpid(plugin, NULL, 0);
  send_event((struct keeper_event){.problem = s.problem, .is_alone = true});
}

// ── Serving ──────────────────────────────────────────────────────────────────────────────────────────────────

// Returns the request, 0 at the end of the connection, or a negative number when there is none.
static int receive(int fds[static PLUGIN_FDS]) {
  char request = 0;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(PLUGIN_FDS * sizeof(int))];
  } control;
  struct iovec part = {&request, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t n = recvmsg(CONTROL, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (n <= 0) return n == 0 ? 0 : -1;
  const struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  if (c != NULL && c->cmsg_type == SCM_RIGHTS) memcpy(fds, CMSG_DATA(c), PLUGIN_FDS * sizeof(int));
  else if (request == KEEPER_START) return -1;
  return request;
}

// Reports the end of the plugin. Returns false if nothing of it is left and the keeper is to exit.
static bool settle(struct kept *k) {
  bool is_left = reap(k);
  if (!k->ended) return true;
  if (k->reported) return is_left;
  k->reported = true;
  send_event((struct keeper_event){.status = k->status, .is_alone = !is_left});
  if (!is_left) *k = (struct kept){0};
  return true;
}

void keeper_serve(int control, int link, const struct rlimit *files) {
  struct kept k = {0};
  setsid(); // do not receive signals to the runtime's process group
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  keep_only(control, link);
  struct pollfd fds[] = {{.fd = CONTROL, .events = POLLIN}, {.fd = child_signals(), .events = POLLIN}};
  int64_t until = 0; // set when the shim has ended: the time that the plugin still has
  while (settle(&k)) {
    // do not kill at once: most plugins end soon, and an interrupted one may leave state that no DEL cleans up
    if (until != 0 && (k.plugin == 0 || k.ended || now_ms() >= until)) kill_all(&k);
    if (poll(fds, 2, until == 0 ? -1 : (int)(until - now_ms())) < 0 && errno != EINTR) kill_all(&k);
    if (fds[1].revents != 0) drain(fds[1].fd);
    if (fds[0].revents == 0) continue;
    int pipes[PLUGIN_FDS] = {-1, -1, -1}, request = receive(pipes);
    if (request == KEEPER_KILL) kill_all(&k);
    if (request == KEEPER_LEAVE) _exit(0);
    if (request == KEEPER_START) on_start(&k, files, pipes);
    if (request != 0) continue;
    until = now_ms() + ORPHANED_MS;
    fds[0].fd = -1;
    fds[0].revents = 0;
  }
  _exit(0);
}
