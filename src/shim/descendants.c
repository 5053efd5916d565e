#include "descendants.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

// A process has one PID in each PID namespace that it belongs to. /proc uses the PID namespace that it was mounted in;
// kill uses the one of this process. They differ for the agent, which works in the node's root.
struct process {
  pid_t pid, parent; // in the PID namespace of /proc
  pid_t own;         // in the PID namespace of this process; 0: not visible
  bool is_below;
};

enum { STATUS_BYTES = 4096 };

static bool read_status(const char *name, char text[static STATUS_BYTES]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%.20s/status", name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t n = read(fd, text, STATUS_BYTES - 1);
  close(fd);
  text[n > 0 ? n : 0] = 0;
  return n > 0;
}

static const char *text_after(const char *text, const char *label) {
  const char *at = strstr(text, label);
  return at == NULL ? "" : at + strlen(label);
}

// Returns the number of PID namespaces that a process belongs to, and its PID in the `level`-th of them.
static int read_pids(const char *status, int level, pid_t *pid) {
  const char *at = text_after(status, "\nNSpid:");
  int n = 0;
  *pid = 0;
  while (*at == '\t') {
    char *end;
    long value = strtol(at, &end, 10);
    if (++n == level) *pid = (pid_t)value;
    if (end == at) break;
    at = end;
  }
  return n;
}

static size_t list_processes(struct process **all, int level) {
  size_t n = 0, cap = 0;
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
    char status[STATUS_BYTES];
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !read_status(entry->d_name, status)) continue;
    if (n == cap) {
      cap = cap == 0 ? 256 : cap * 2;
      struct process *more = realloc(*all, cap * sizeof **all);
      if (more == NULL) break;
      *all = more;
    }
    struct process *one = &(*all)[n++];
    *one = (struct process){.pid = atoi(entry->d_name), .parent = atoi(text_after(status, "\nPPid:"))};
    read_pids(status, level, &one->own);
  }
  if (folder != NULL) closedir(folder);
  return n;
}

static bool mark_below(struct process *all, size_t n, pid_t parent) {
  bool found = false;
  for (size_t i = 0; i < n; i++) {
    if (all[i].is_below || all[i].parent != parent) continue;
    all[i].is_below = found = true;
  }
  return found;
}

void descendants_kill(void) {
  char status[STATUS_BYTES];
  if (!read_status("self", status)) return;
  pid_t own, self = atoi(text_after(status, "\nPid:"));
  int level = read_pids(status, 0, &own);
  struct process *all = NULL;
  size_t n = list_processes(&all, level);
  bool found = mark_below(all, n, self);
  while (found) {
    found = false;
    for (size_t i = 0; i < n; i++)
      if (all[i].is_below && mark_below(all, n, all[i].pid)) found = true;
  }
  for (size_t i = 0; i < n; i++)
    if (all[i].is_below && all[i].own > 1) kill(all[i].own, SIGKILL);
  free(all);
}
