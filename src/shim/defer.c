#include "defer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LONGEST_NAME = 200, PATH_BYTES = 4096 };
static const char stand_in[] = "plexus-direct";

static bool write_all(int fd, const void *data, size_t n) {
  for (size_t done = 0; done < n;) {
    ssize_t wrote = write(fd, (const char *)data + done, n - done);
    if (wrote < 0 && errno != EINTR) return false;
    if (wrote > 0) done += (size_t)wrote;
  }
  return true;
}

static bool path_of_stand_in(char *path, size_t size) {
  ssize_t n = readlink("/proc/self/exe", path, size - 1);
  if (n < 0) return false;
  path[n] = 0;
  char *slash = strrchr(path, '/');
  if (slash == NULL || (size_t)(slash + 1 - path) + sizeof stand_in > size) return false;
  strcpy(slash + 1, stand_in);
  return access(path, X_OK) == 0;
}

// our stdin has been read: the other program reads a copy
static bool give_stdin(const struct buf *text) {
  int fd = memfd_create("stdin", 0);
  if (fd < 0) return false;
  bool given = write_all(fd, text->data, text->len) && lseek(fd, 0, SEEK_SET) == 0 && dup2(fd, STDIN_FILENO) >= 0;
  close(fd);
  return given;
}

void become_stand_in(const struct call *c) {
  extern char **environ;
  char path[PATH_BYTES], *const argv[] = {(char *)stand_in, NULL};
  if (!path_of_stand_in(path, sizeof path) || !give_stdin(&c->stdin_bytes)) return;
  sigset_t none, before;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, &before);
  signal(SIGPIPE, SIG_DFL);
  setenv("PLEXUS_DAEMON_AWAY", "1", 1);
  // that program is built around Bun, which these would make into something else
  unsetenv("BUN_OPTIONS");
  unsetenv("BUN_BE_BUN");
  execve(path, argv, environ);
  unsetenv("PLEXUS_DAEMON_AWAY");
  signal(SIGPIPE, SIG_IGN);
  sigprocmask(SIG_SETMASK, &before, NULL);
}

// what cannot be a file's name cannot be a sandbox's either (CNI-17)
static bool is_name(const char *text) { return text[0] != 0 && text[0] != '.' && strchr(text, '/') == NULL; }

static bool sync_folder(const char *folder) {
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  bool synced = fsync(fd) == 0;
  close(fd);
  return synced;
}

static bool write_file(const char *path, const struct buf *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool written = write_all(fd, text->data, text->len) && fsync(fd) == 0;
  return close(fd) == 0 && written;
}

bool defer_call(const struct session *s, const char *cni_dir) {
  char folder[PATH_BYTES], next[PATH_BYTES + 64], path[PATH_BYTES + 256];
  const char *id = s->guard->call->container_id, *if_name = env_or_empty("CNI_IFNAME");
  if (!is_name(id) || !is_name(if_name) || strlen(id) + strlen(if_name) > LONGEST_NAME) return false;
  if ((size_t)snprintf(folder, sizeof folder, "%s/deferred", cni_dir) >= sizeof folder) return false;
  snprintf(next, sizeof next, "%s/.new-%d", folder, (int)getpid());
  snprintf(path, sizeof path, "%s/.open", folder);
  if (access(path, F_OK) != 0) return false; // the daemon takes it away when nobody would carry the call out
  snprintf(path, sizeof path, "%s/%s@%s.call", folder, id, if_name);
  struct buf text = {0};
  put_hello(s, &text);
  put_call(s->guard->call, &text);
  bool kept = write_file(next, &text) && rename(next, path) == 0 && sync_folder(folder);
  if (!kept) unlink(next);
  buf_free(&text);
  return kept;
}
