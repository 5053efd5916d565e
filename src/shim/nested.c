#include "nested.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cni.h"

enum { MAX_ANCESTORS = 64, PATH_BYTES = 4096 };

// The parent of a process, or 0. /proc may number processes differently than getppid does (PID namespaces).
static int parent_of(const char *process) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%s/stat", process);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  text[n > 0 ? n : 0] = 0;
  const char *name_end = strrchr(text, ')'); // "PID (NAME) STATE PPID …", and the name may contain anything
  return name_end != NULL && strlen(name_end) > 4 ? atoi(name_end + 4) : 0;
}

static bool is_plexus(const char *process) {
  char path[64], file[PATH_BYTES];
  snprintf(path, sizeof path, "/proc/%s/exe", process);
  ssize_t n = readlink(path, file, sizeof file - 1);
  file[n > 0 ? n : 0] = 0;
  const char *slash = strrchr(file, '/');
  return slash != NULL && strncmp(slash + 1, "plexus", 6) == 0;
}

bool is_nested(void) {
  if (env_or_empty("PLEXUS_NESTED")[0] != 0) return true;
  char process[16] = "self";
  for (int depth = 0; depth < MAX_ANCESTORS; depth++) {
    int parent = parent_of(process);
    if (parent <= 0) return false;
    snprintf(process, sizeof process, "%d", parent);
    if (is_plexus(process)) return true;
  }
  return false;
}
