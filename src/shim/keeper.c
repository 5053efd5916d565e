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

void keeper_init(void) {
  setsid(); // do not receive signals to the runtime's process group
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

// Closes all other descriptors: the runtime waits for the end of its pipes, and other plugins for the end of theirs.
static void keep_only(int control, int link) {
  control = fcntl(control, F_DUPFD, FIRST_OTHER);
  link = fcntl(link, F_DUPFD, FIRST_OTHER);
  dup2(control, CONTROL);
  dup2(link, LINK);
  for (int fd = 0; fd < CONTROL; fd++) close(fd);
  close_range_from(FIRST_OTHER, 0);
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

static void report(struct kept *k) {
  if (!k->ended || k->reported) return;
  k->reported = true;
  if (send(CONTROL, &k->status, sizeof k->status, MSG_NOSIGNAL) < 0) return; // the shim has ended
}

_Noreturn static void kill_all(struct kept *k) {
  int64_t until = now_ms() + KILL_MS;
  for (bool is_left = true; is_left && now_ms() < until;) {
    if (!k->ended) kill(-k->plugin, SIGKILL);
    descendants_kill();
    is_left = reap(k);
    if (is_left) poll(NULL, 0, POLL_MS);
  }
  report(k);
  _exit(0);
}

static void drain(int signals) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) > 0) continue;
}

void keeper_serve(int control, int link, pid_t plugin) {
  struct kept k = {.plugin = plugin};
  keep_only(control, link);
  struct pollfd fds[] = {{.fd = CONTROL, .events = POLLIN}, {.fd = child_signals(), .events = POLLIN}};
  int64_t until = 0; // set when the shim has ended: the time that the plugin still has
  for (;;) {
    bool is_left = reap(&k);
    report(&k);
    if (!is_left) _exit(0);
    // do not kill at once: most plugins end soon, and an interrupted one may leave state that no DEL cleans up
    if (until != 0 && (k.ended || now_ms() >= until)) kill_all(&k);
    if (poll(fds, 2, until == 0 ? -1 : (int)(until - now_ms())) < 0 && errno != EINTR) kill_all(&k);
    drain(fds[1].fd);
    if (fds[0].revents == 0) continue;
    char request;
    ssize_t n = recv(CONTROL, &request, 1, MSG_DONTWAIT);
    if (n == 1 && request == KEEPER_KILL) kill_all(&k);
    if (n == 1 && request == KEEPER_LEAVE) _exit(0);
    if (n != 0) continue;
    until = now_ms() + ORPHANED_MS;
    fds[0].fd = -1;
    fds[0].revents = 0;
  }
}

void keeper_send(int control, enum keeper_request request) {
  char byte = (char)request;
  if (control >= 0 && send(control, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return; // the keeper has ended
}

bool keeper_ended(int control, int *status) {
  ssize_t n = recv(control, status, sizeof *status, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n != sizeof *status) *status = SIGKILL;
  return true;
}
