#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "keeper.h"

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

enum { IN, OUT, ERR, EXEC, LINE, PAIRS };
struct pairs {
  int read[PAIRS], write[PAIRS]; // of LINE: our end, the keeper's
};

static void close_one(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static int open_pairs(struct pairs *p) {
  int fds[2];
  for (int i = 0; i < PAIRS; i++) p->read[i] = p->write[i] = -1;
  for (int i = 0; i < PAIRS; i++) {
    if ((i == LINE ? socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) : pipe2(fds, O_CLOEXEC)) != 0)
      return errno;
    p->read[i] = fds[0];
    p->write[i] = fds[1];
  }
  return 0;
}

static void close_pairs(struct pairs *p) {
  for (int i = 0; i < PAIRS; i++) {
    close_one(&p->read[i]);
    close_one(&p->write[i]);
  }
}

_Noreturn static void fail(const struct pairs *p, int problem) {
  if (write(p->write[EXEC], &problem, sizeof problem) < 0) _exit(126);
  _exit(127);
}

_Noreturn static void become_plugin(const struct plan *plan, const struct pairs *p, pid_t keeper) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != keeper) _exit(127); // it was killed before that: what has not begun need not
  dup2(p->read[IN], 0);
  dup2(p->write[OUT], 1);
  dup2(p->write[ERR], 2);
  close_on_exec_from(3); // also what the runtime left open
  setrlimit(RLIMIT_NOFILE, plan->files);
  char *argv[] = {plan->file, NULL};
  execve(plan->file, argv, plan->vars);
  fail(p, errno);
}

_Noreturn static void become_keeper(const struct plan *plan, const struct pairs *p) {
  keeper_begin();
  pid_t keeper = getpid(), plugin = fork();
  if (plugin == 0) become_plugin(plan, p, keeper);
  if (plugin < 0) fail(p, errno);
  setpgid(plugin, plugin);
  keeper_serve(p->write[LINE], plan->link, plugin);
}

int spawn(const struct plan *plan, struct spawned *made) {
  struct pairs p;
  int problem = open_pairs(&p);
  pid_t keeper = problem == 0 ? fork() : -1;
  if (keeper == 0) become_keeper(plan, &p);
  if (keeper < 0 && problem == 0) problem = errno;
  close_one(&p.write[EXEC]);
  // the end of that pipe: the plugin was executed
  if (keeper > 0 && read(p.read[EXEC], &problem, sizeof problem) != sizeof problem) problem = 0;
  if (problem != 0) {
    close_pairs(&p);
    if (keeper > 0) waitpid(keeper, NULL, 0);
    return problem;
  }
  *made = (struct spawned){keeper, p.read[LINE], p.write[IN], p.read[OUT], p.read[ERR]};
  p.read[LINE] = p.write[IN] = p.read[OUT] = p.read[ERR] = -1;
  close_pairs(&p);
  for (int *fd = (int[]){made->in, made->out, made->err, -1}; *fd >= 0; fd++) fcntl(*fd, F_SETFL, O_NONBLOCK);
  return 0;
}
