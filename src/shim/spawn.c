#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"

char *find_plugin(const char *path, const char *plugin) {
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

// ── Pipes ────────────────────────────────────────────────────────────────────────────────────────────────────

enum { IN, OUT, ERR, READ = 0, WRITE = 1 };
typedef int pipes[PLUGIN_FDS][2];

static void close_pipes(pipes p, int end) {
  for (int i = 0; i < PLUGIN_FDS; i++)
    if (p[i][i == IN ? end : 1 - end] >= 0) close(p[i][i == IN ? end : 1 - end]);
}

static int open_pipes(pipes p) {
  for (int i = 0; i < PLUGIN_FDS; i++) p[i][READ] = p[i][WRITE] = -1;
  for (int i = 0; i < PLUGIN_FDS; i++)
    if (pipe2(p[i], O_CLOEXEC) != 0) return errno;
  const int ours[] = {p[IN][WRITE], p[OUT][READ], p[ERR][READ]};
  for (int i = 0; i < PLUGIN_FDS; i++) fcntl(ours[i], F_SETFL, O_NONBLOCK);
  return 0;
}

// ── Starting ─────────────────────────────────────────────────────────────────────────────────────────────────

static int start(struct keepers *ks, struct keeper **keeper, const char *file, char **vars, pipes p) {
  struct keeper *k = keepers_take(ks);
  if (k == NULL) return errno;
  const int fds[] = {p[IN][READ], p[OUT][WRITE], p[ERR][WRITE]};
  int problem = keeper_start(k, file, vars, fds);
  *keeper = k;
  if (problem == 0) return 0;
  kill(k->pid, SIGKILL); // it may have received a part
  while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR) continue;
  keepers_forget(k);
  return problem;
}

int spawn(struct keepers *ks, const char *file, char **vars, struct spawned *spawned) {
  pipes p;
  struct keeper *keeper = NULL;
  int problem = open_pipes(p);
  if (problem == 0) problem = start(ks, &keeper, file, vars, p);
  close_pipes(p, READ); // the ends of the plugin
  if (problem != 0) close_pipes(p, WRITE);
  else *spawned = (struct spawned){keeper, p[IN][WRITE], p[OUT][READ], p[ERR][READ]};
  return problem;
}
