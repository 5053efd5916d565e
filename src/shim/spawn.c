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

enum { IN, OUT, ERR, EXEC, CONTROL, PAIRS };
struct pairs {
  int read[PAIRS], write[PAIRS]; // CONTROL: the shim's end, the keeper's end
};

static void close_one(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static int open_pairs(struct pairs *p) {
  int fds[2];
  for (int i = 0; i < PAIRS; i++) p->read[i] = p->write[i] = -1;
  for (int i = 0; i < PAIRS; i++) {
    if ((i == CONTROL ? socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) : pipe2(fds, O_CLOEXEC)) != 0)
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

_Noreturn static void exec_plugin(const struct program *program, const struct pairs *p, pid_t keeper) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != keeper) _exit(127); // the keeper was killed before prctl
  dup2(p->read[IN], 0);
  dup2(p->write[OUT], 1);
  dup2(p->write[ERR], 2);
  close_on_exec_from(3); // includes descriptors that the runtime left open
  setrlimit(RLIMIT_NOFILE, program->files);
  char *argv[] = {program->file, NULL};
  execve(program->file, argv, program->vars);
  fail(p, errno);
}

_Noreturn static void run_keeper(const struct program *program, const struct pairs *p) {
  keeper_init();
  pid_t keeper = getpid(), plugin = fork();
  if (plugin == 0) exec_plugin(program, p, keeper);
  if (plugin < 0) fail(p, errno);
  setpgid(plugin, plugin);
  keeper_serve(p->write[CONTROL], program->link, plugin);
}

int spawn(const struct program *program, struct spawned *spawned) {
  struct pairs p;
  int problem = open_pairs(&p);
  pid_t keeper = problem == 0 ? fork() : -1;
  if (keeper == 0) run_keeper(program, &p);
  if (keeper < 0 && problem == 0) problem = errno;
  close_one(&p.write[EXEC]);
  // the pipe ends without a byte when execve succeeds
  if (keeper > 0 && read(p.read[EXEC], &problem, sizeof problem) != sizeof problem) problem = 0;
  if (problem != 0) {
    close_pairs(&p);
    if (keeper > 0) waitpid(keeper, NULL, 0);
    return problem;
  }
  *spawned = (struct spawned){keeper, p.read[CONTROL], p.write[IN], p.read[OUT], p.read[ERR]};
  p.read[CONTROL] = p.write[IN] = p.read[OUT] = p.read[ERR] = -1;
  close_pairs(&p);
  for (int *fd = (int[]){spawned->in, spawned->out, spawned->err, -1}; *fd >= 0; fd++) fcntl(*fd, F_SETFL, O_NONBLOCK);
  return 0;
}
