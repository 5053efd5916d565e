#include "host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cni.h"

enum { PATH_BYTES = 4096, MAX_HOST_FILE = 64 * 1024 };
#define DEFAULT_CNI_DIR "/var/lib/cni/plexus"

bool path_beside_shim(const char *name, char *path, size_t size) {
  ssize_t n = readlink("/proc/self/exe", path, size - 1);
  if (n < 0) return false;
  path[n] = 0;
  char *slash = strrchr(path, '/');
  if (slash == NULL || (size_t)(slash + 1 - path) + strlen(name) + 1 > size) return false;
  strcpy(slash + 1, name);
  return true;
}

static bool path_of_host_file(char *path, size_t size) {
  const char *from_env = env_or_empty("PLEXUS_HOST_FILE");
  if (from_env[0] != 0) return (size_t)snprintf(path, size, "%s", from_env) < size;
  return path_beside_shim("plexus-host.json", path, size);
}

static bool is_root_owned(const struct stat *file) {
  return S_ISREG(file->st_mode) && (file->st_uid == 0 || file->st_uid == geteuid()) &&
         (file->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool read_host_file(struct call *into) {
  char path[PATH_BYTES];
  if (!path_of_host_file(path, sizeof path)) return false;
  int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  struct stat file;
  struct buf text = {0};
  buf_need(&text, MAX_HOST_FILE);
  ssize_t n = fstat(fd, &file) == 0 && is_root_owned(&file) ? read(fd, text.data, MAX_HOST_FILE) : -1;
  close(fd);
  if (n > 0) scan_configuration((const char *)text.data, (size_t)n, into);
  buf_free(&text);
  return n >= 0 && n < MAX_HOST_FILE;
}

bool find_state_folder(char *folder, size_t size) {
  struct call host = {0};
  if (!read_host_file(&host)) return false;
  const char *found = host.cni_dir[0] != 0 ? host.cni_dir : DEFAULT_CNI_DIR;
  return (size_t)snprintf(folder, size, "%s", found) < size;
}
