// Preloaded into the daemon: at one system call on a file of the journal, ends the process or lets the call fail.
// The file that PLEXUS_FAULTY_FILES names holds one line: CALL NUMBER ACTION, where CALL is open, write, fsync, rename or
// unlink, and ACTION kill-before, kill-after, or the name of an error: ENOSPC, EROFS, EIO. It is removed when it strikes;
// a NUMBER of 0 strikes each time, until the file is gone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static char planned[256];
static int seen;

static const char *plan_file(void) { return getenv("PLEXUS_FAULTY_FILES"); }

static int plan(char *call, int *number, char *action) {
  const char *file = plan_file();
  if (file == NULL) return 0;
  FILE *f = fopen(file, "re");
  if (f == NULL) return 0;
  char line[256] = "";
  if (fgets(line, sizeof line, f) == NULL) line[0] = 0;
  fclose(f);
  if (strcmp(line, planned) != 0) strcpy(planned, line), seen = 0; // another plan: counted from the beginning
  return sscanf(line, "%15s %d %31s", call, number, action) == 3;
}

// the marks of sandboxes that were undone are hints: nothing depends on them
static int is_journal(const char *path) { return strstr(path, "/journal/") != NULL && strstr(path, "/.undone-") == NULL; }

// a path beneath a descriptor, /proc/self/fd/N/name, leads to where that folder is
static int is_ours(const char *path) {
  static const char start[] = "/proc/self/fd/";
  if (path == NULL) return 0;
  if (strncmp(path, start, sizeof start - 1) != 0) return is_journal(path);
  const char *rest = strchr(path + sizeof start - 1, '/');
  if (rest == NULL) return 0;
  char link[64], whole[8192];
  if (snprintf(link, sizeof link, "%.*s", (int)(rest - path), path) >= (int)sizeof link) return 0;
  ssize_t n = readlink(link, whole, 4096);
  if (n < 0) return 0;
  snprintf(whole + n, sizeof whole - n, "%s", rest);
  return is_journal(whole);
}

static int is_our_fd(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return is_journal(path);
}

static int decide(const char *name);
static int strike(const char *name) {
  pthread_mutex_lock(&one);
  int how = decide(name);
  pthread_mutex_unlock(&one);
  return how;
}

// -1: the call fails with errno; 0: it goes on; 1: it goes on, and then the process ends
static int decide(const char *name) {
  char call[16], action[32];
  int number;
  if (!plan(call, &number, action) || strcmp(call, name) != 0) return 0;
  seen++;
  if (number != 0 && seen != number) return 0;
  if (number != 0) {
    unlink(plan_file());
    char done[4200];
    snprintf(done, sizeof done, "%s.done", plan_file());
    int fd = open(done, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);
  }
  if (strcmp(action, "kill-before") == 0) kill(getpid(), SIGKILL);
  if (strcmp(action, "kill-after") == 0) return 1;
  errno = strcmp(action, "ENOSPC") == 0 ? ENOSPC : strcmp(action, "EROFS") == 0 ? EROFS : EIO;
  return -1;
}

static __thread int within; // what strike itself does is none of ours
#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))
#define GUARDED(ours, name, call)              \
  if (within || !(ours)) return call;          \
  within = 1;                                  \
  int how = strike(name);                      \
  int problem = errno;                         \
  within = 0;                                  \
  if (how < 0) return errno = problem, -1;     \
  __typeof__(call) result = call;              \
  if (how > 0) kill(getpid(), SIGKILL);        \
  return result

int open64(const char *path, int flags, ...) {
  va_list args;
  va_start(args, flags);
  mode_t mode = va_arg(args, mode_t);
  va_end(args);
  GUARDED(is_ours(path) && (flags & O_CREAT), "open", REAL(int, open64, const char *, int, ...)(path, flags, mode));
}
int open(const char *path, int flags, ...) {
  va_list args;
  va_start(args, flags);
  mode_t mode = va_arg(args, mode_t);
  va_end(args);
  GUARDED(is_ours(path) && (flags & O_CREAT), "open", REAL(int, open, const char *, int, ...)(path, flags, mode));
}
ssize_t write(int fd, const void *data, size_t n) { GUARDED(is_our_fd(fd), "write", REAL(ssize_t, write, int, const void *, size_t)(fd, data, n)); }
ssize_t writev(int fd, const struct iovec *v, int n) { GUARDED(is_our_fd(fd), "write", REAL(ssize_t, writev, int, const struct iovec *, int)(fd, v, n)); }
ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
  GUARDED(is_our_fd(fd), "write", REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t)(fd, data, n, at));
}
int fsync(int fd) { GUARDED(is_our_fd(fd), "fsync", REAL(int, fsync, int)(fd)); }
int rename(const char *from, const char *to) { GUARDED(is_ours(to), "rename", REAL(int, rename, const char *, const char *)(from, to)); }
int unlink(const char *path) { GUARDED(is_ours(path), "unlink", REAL(int, unlink, const char *)(path)); }
