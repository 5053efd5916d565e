#include "defer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_NAME = 200, PATH_BYTES = 4096, MOST_HOST_FILE = 64 * 1024 };
static const char stand_in[] = "plexus-direct", host_file[] = "plexus-host.json";
#define DEFAULT_CNI_DIR "/var/lib/cni/plexus"

static bool write_all(int fd, const void *data, size_t n) {
  for (size_t done = 0; done < n;) {
    ssize_t wrote = write(fd, (const char *)data + done, n - done);
    if (wrote < 0 && errno != EINTR) return false;
    if (wrote > 0) done += (size_t)wrote;
  }
  return true;
}

static bool path_beside(const char *name, char *path, size_t size) {
  ssize_t n = readlink("/proc/self/exe", path, size - 1);
  if (n < 0) return false;
  path[n] = 0;
  char *slash = strrchr(path, '/');
  if (slash == NULL || (size_t)(slash + 1 - path) + strlen(name) + 1 > size) return false;
  strcpy(slash + 1, name);
  return true;
}

static bool path_of_stand_in(char *path, size_t size) {
  return path_beside(stand_in, path, size) && access(path, X_OK) == 0;
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

// ── the file of the host ─────────────────────────────────────────────────────────────────────────────────────────

// Only root decides where the state folder is, in a file beside this program. The daemon, or the author of a network,
// may have written the configuration that the runtime passes.
static bool path_of_host_file(char *path, size_t size) {
  const char *from_env = env_or_empty("PLEXUS_HOST_FILE");
  if (from_env[0] != 0) return (size_t)snprintf(path, size, "%s", from_env) < size;
  return path_beside(host_file, path, size);
}

static bool is_of_root(const struct stat *found) {
  return S_ISREG(found->st_mode) && (found->st_uid == 0 || found->st_uid == geteuid()) &&
         (found->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// false: the file exists and cannot be used.
static bool read_host_file(struct call *into) {
  char path[PATH_BYTES];
  if (!path_of_host_file(path, sizeof path)) return false;
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  struct stat found;
  struct buf text = {0};
  buf_need(&text, MOST_HOST_FILE);
  ssize_t n = fstat(fd, &found) == 0 && is_of_root(&found) ? read(fd, text.data, MOST_HOST_FILE) : -1;
  close(fd);
  if (n > 0) scan_configuration((const char *)text.data, (size_t)n, into);
  buf_free(&text);
  return n >= 0 && n < MOST_HOST_FILE;
}

static bool is_state_folder(const char *asked, char *folder, size_t size) {
  struct call host = {0};
  if (!read_host_file(&host)) return false;
  snprintf(folder, size, "%s", host.cni_dir[0] != 0 ? host.cni_dir : DEFAULT_CNI_DIR);
  return asked[0] == 0 || strcmp(asked, folder) == 0;
}

// ── keeping a call ───────────────────────────────────────────────────────────────────────────────────────────────

// what cannot be a file's name cannot be a sandbox's either (CNI-17)
static bool is_name(const char *text) { return text[0] != 0 && text[0] != '.' && strchr(text, '/') == NULL; }

// The daemon can write in the state folder: nothing in it is followed, and what is done is done beneath its descriptor.
static int open_deferred(const char *cni_dir) {
  int base = open(cni_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (base < 0) return -1;
  int folder = openat(base, "deferred", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  close(base);
  return folder;
}

// the daemon removes the mark when no agent can carry out the call
static bool is_wanted(int folder) {
  struct stat mark;
  return fstatat(folder, ".open", &mark, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(mark.st_mode);
}

static bool write_file(int folder, const char *name, const struct buf *text) {
  unlinkat(folder, name, 0); // of an earlier process of our number
  int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool written = write_all(fd, text->data, text->len) && fsync(fd) == 0;
  return close(fd) == 0 && written;
}

static bool keep(int folder, const struct session *s, const char *name) {
  char next[64];
  snprintf(next, sizeof next, ".new-%d", (int)getpid());
  struct buf text = {0};
  put_hello(s, &text);
  put_call(s->guard->call, &text);
  bool kept = write_file(folder, next, &text) && renameat(folder, next, folder, name) == 0 && fsync(folder) == 0;
  if (!kept) unlinkat(folder, next, 0);
  buf_free(&text);
  return kept;
}

bool defer_call(const struct session *s, const char *cni_dir) {
  char state[sizeof s->guard->call->cni_dir], name[LONGEST_NAME + 16];
  const char *id = s->guard->call->container_id, *if_name = env_or_empty("CNI_IFNAME");
  if (!is_name(id) || !is_name(if_name) || strlen(id) + strlen(if_name) > LONGEST_NAME) return false;
  if (!is_state_folder(cni_dir, state, sizeof state)) return false;
  int folder = open_deferred(state);
  if (folder < 0) return false;
  snprintf(name, sizeof name, "%s@%s.call", id, if_name);
  bool kept = is_wanted(folder) && keep(folder, s, name);
  close(folder);
  return kept;
}
