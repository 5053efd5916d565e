#include "keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "descendants.h"

enum { LINE = 3, LINK = 4, FIRST_OTHER = 5, ORPHANED_MS = 2000, KILL_MS = 2000, LOOK_MS = 5 };

// Older kernels have no close_range, or none that only marks: /proc knows which are open.
static void for_each_from(int first, unsigned flags) {
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

void close_on_exec_from(int first) { for_each_from(first, CLOSE_RANGE_CLOEXEC); }

void keeper_begin(void) {
  setsid(); // a signal to the runtime's group is not for it
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

// Only these two: the runtime waits for the end of its pipes, and other plugins for that of theirs.
static void keep_only(int line, int link) {
  line = fcntl(line, F_DUPFD, FIRST_OTHER);
  link = fcntl(link, F_DUPFD, FIRST_OTHER);
  dup2(line, LINE);
  dup2(link, LINK);
  for (int fd = 0; fd < LINE; fd++) close(fd);
  for_each_from(FIRST_OTHER, 0);
}

static int child_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct kept {
  pid_t plugin;
  bool ended, reported;
  int status;
};

// Whether anything is left below this process.
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

static void report(struct kept *k) {
  if (!k->ended || k->reported) return;
  k->reported = true;
  if (send(LINE, &k->status, sizeof k->status, MSG_NOSIGNAL) < 0) return; // the shim has ended
}

_Noreturn static void kill_all(struct kept *k) {
  int64_t until = now_ms() + KILL_MS;
  for (bool is_left = true; is_left && now_ms() < until;) {
    if (!k->ended) kill(-k->plugin, SIGKILL);
    descendants_kill();
    is_left = reap(k);
    if (is_left) poll(NULL, 0, LOOK_MS);
  }
  report(k);
  _exit(0);
}

static void drain(int signals) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) > 0) continue;
}

void keeper_serve(int line, int link, pid_t plugin) {
  struct kept k = {.plugin = plugin};
  keep_only(line, link);
  struct pollfd fds[] = {{.fd = LINE, .events = POLLIN}, {.fd = child_signals(), .events = POLLIN}};
  int64_t until = 0; // after the end of the program that started this: how long the plugin has
  for (;;) {
    bool is_left = reap(&k);
    report(&k);
    if (!is_left) _exit(0);
    // a plugin that is killed half way may leave what no DEL finds: most end in a moment by themselves
    if (until != 0 && (k.ended || now_ms() >= until)) kill_all(&k);
    if (poll(fds, 2, until == 0 ? -1 : (int)(until - now_ms())) < 0 && errno != EINTR) kill_all(&k);
    drain(fds[1].fd);
    if (fds[0].revents == 0) continue;
    char order;
    ssize_t n = recv(LINE, &order, 1, MSG_DONTWAIT);
    if (n == 1 && order == ORDER_KILL) kill_all(&k);
    if (n == 1 && order == ORDER_LEAVE) _exit(0);
    if (n != 0) continue;
    until = now_ms() + ORPHANED_MS;
    fds[0].fd = -1;
    fds[0].revents = 0;
  }
}

void keeper_order(int line, enum keeper_order order) {
  char byte = (char)order;
  if (line >= 0 && send(line, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return; // it has ended
}

bool keeper_ended(int line, int *status) {
  ssize_t n = recv(line, status, sizeof *status, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n != sizeof *status) *status = SIGKILL;
  return true;
}
