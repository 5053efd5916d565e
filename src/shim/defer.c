#include "defer.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_file.h"
#include "text.h"

enum { MAX_NAME = 200 };

// Other texts are no sandbox or interface either (CNI-17).
static bool is_file_name(const char *text) { return text[0] != 0 && text[0] != '.' && strchr(text, '/') == NULL; }

static int open_deferred(const char *cni_dir) {
  int base = open(cni_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (base < 0) return -1;
  int folder = openat(base, "deferred", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  close(base);
  return folder;
}

static bool is_enabled(int folder) {
  struct stat mark;
  return fstatat(folder, ".open", &mark, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(mark.st_mode);
}

static bool write_file(int folder, const char *name, const struct buf *text) {
  unlinkat(folder, name, 0); // left by an earlier process with the same PID
  int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool ok = write_all(fd, text->data, text->len) && fsync(fd) == 0;
  return close(fd) == 0 && ok;
}

static bool write_call(int folder, const struct session *s, const char *name) {
  char temporary[64];
  snprintf(temporary, sizeof temporary, ".new-%d", (int)getpid());
  struct buf text = {0};
  put_hello(s, &text);
  put_call(s->guard->call, &text);
  bool ok =
      write_file(folder, temporary, &text) && renameat(folder, temporary, folder, name) == 0 && fsync(folder) == 0;
  if (!ok) unlinkat(folder, temporary, 0);
  buf_free(&text);
  return ok;
}

bool defer_call(const struct session *s, const char *cni_dir) {
  char state[sizeof s->guard->call->cni_dir], name[MAX_NAME + 16];
  const char *id = s->guard->call->container_id, *if_name = env_or_empty("CNI_IFNAME");
  if (!is_file_name(id) || !is_file_name(if_name) || strlen(id) + strlen(if_name) > MAX_NAME) return false;
  if (!find_state_folder(state, sizeof state) || (cni_dir[0] != 0 && !equals(cni_dir, state))) return false;
  int folder = open_deferred(state);
  if (folder < 0) return false;
  snprintf(name, sizeof name, "%s@%s.call", id, if_name);
  bool ok = is_enabled(folder) && write_call(folder, s, name);
  close(folder);
  return ok;
}
