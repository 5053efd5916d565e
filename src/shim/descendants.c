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

// A process may have several numbers, one in each namespace of process IDs that it is in. /proc names it by the number
// of the namespace that it was mounted in; kill wants that of ours, which may be another (the agent in the node's
// root).
struct process {
  pid_t pid, parent; // as /proc has them
  pid_t own;         // as this process has it; 0: it is not visible from here
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

static const char *after(const char *text, const char *label) {
  const char *at = strstr(text, label);
  return at == NULL ? "" : at + strlen(label);
}

// How many namespaces of process IDs a process is in, and its number in the `level`-th of them.
static int numbers_of(const char *status, int level, pid_t *number) {
  const char *at = after(status, "\nNSpid:");
  int n = 0;
  *number = 0;
  while (*at == '\t') {
    char *end;
    long value = strtol(at, &end, 10);
    if (++n == level) *number = (pid_t)value;
    if (end == at) break;
    at = end;
  }
  return n;
}

static size_t list(struct process **all, int level) {
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
    *one = (struct process){.pid = atoi(entry->d_name), .parent = atoi(after(status, "\nPPid:"))};
    numbers_of(status, level, &one->own);
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
  pid_t own, self = atoi(after(status, "\nPid:"));
  int level = numbers_of(status, 0, &own);
  struct process *all = NULL;
  size_t n = list(&all, level);
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
