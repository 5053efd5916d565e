#include "namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char no_namespace[] = "it is not a network namespace";

// O_PATH does not open the file itself, so its type can be checked before it is opened for reading.
static int reopen(int pinned) {
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", pinned);
  return open(path, O_RDONLY | O_CLOEXEC);
}

int namespace_open(const char *path, const char **problem) {
  struct statfs system;
  int fd = -1, pinned = open(path, O_PATH | O_CLOEXEC);
  if (pinned < 0) {
    *problem = errno == ENOENT ? "it does not exist" : strerror(errno);
    return -1;
  }
  if (fstatfs(pinned, &system) != 0 || system.f_type != NSFS_MAGIC) *problem = no_namespace;
  else if ((fd = reopen(pinned)) < 0) *problem = errno == ENOENT ? "/proc is not mounted" : strerror(errno);
  close(pinned);
  if (fd < 0 || ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET) return fd;
  close(fd);
  *problem = no_namespace;
  return -1;
}

static bool is_same(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool namespace_is_node(int fd) {
  struct stat here, own, first;
  if (fstat(fd, &here) != 0 || stat("/proc/self/ns/net", &own) != 0) return true; // refuse if the comparison fails
  return is_same(&here, &own) || (stat("/proc/1/ns/net", &first) == 0 && is_same(&here, &first));
}

bool namespace_is_same(int one, int other) {
  struct stat a, b;
  return fstat(one, &a) == 0 && fstat(other, &b) == 0 && is_same(&a, &b);
}

bool namespace_path(int fd, char path[static NAMESPACE_PATH_BYTES]) {
  char self[24]; // the PID in the PID namespace of /proc, which may differ from getpid
  ssize_t n = readlink("/proc/self", self, sizeof self - 1);
  if (n < 0) return false;
  self[n] = 0;
  return snprintf(path, NAMESPACE_PATH_BYTES, "/proc/%s/fd/%d", self, fd) < NAMESPACE_PATH_BYTES;
}
