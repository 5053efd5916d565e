#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "serve.h"
#include "text.h"

enum { RETRY_MS = 20, MAX_RETRY_MS = 1000 };

const char *option(int argc, char **argv, const char *name, const char *otherwise) {
  const char *found = otherwise;
  for (int i = 2; i + 1 < argc; i++)
    if (equals(argv[i], name)) found = argv[i + 1];
  return found;
}

// Names the daemon's socket independently of a later chroot.
struct location {
  int folder;
  const char *name;
};

static struct location location_of(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL) return (struct location){open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), path};
  *slash = 0;
  return (struct location){open(slash == path ? "/" : path, O_PATH | O_DIRECTORY | O_CLOEXEC), slash + 1};
}

static int connect_at(struct location location) {
  if (fchdir(location.folder) != 0) return -1;
  int fd = link_connect(location.name);
  int problem = errno;
  if (chdir("/") != 0) _exit(3);
  return errno = problem, fd;
}

// Plugins need the node's own root: iptables, /run, /var/lib/cni and the paths of namespaces.
static bool enter_root(const char *root) { return equals(root, "/") || (chroot(root) == 0 && chdir("/") == 0); }

int run_as_agent(int argc, char **argv, const char *version, struct runs *runs) {
  struct call c = {.command = "", .container_id = "", .netns = "", .wait_seconds = -1, .netns_fd = -1};
  char socket[108];
  snprintf(socket, sizeof socket, "%s", option(argc, argv, "--socket", socket_of(&c)));
  struct location location = location_of(socket);
  const char *root = option(argc, argv, "--root", "/");
  if (location.folder < 0 || !enter_root(root)) {
    fprintf(stderr, "plexus host-agent: cannot use %s: %s\n", location.folder < 0 ? socket : root, strerror(errno));
    return 1;
  }
  c.path = option(argc, argv, "--cni-path", "/opt/cni/bin");
  bool may_attach = equals(option(argc, argv, "--hot-plug", "on"), "on");
  const struct guard guard = {.is_agent = true, .may_attach = may_attach, .call = &c};
  struct session s = {.role = ROLE_AGENT, .guard = &guard, .version = version, .signals = signals_open(), .runs = runs};
  for (int wait = RETRY_MS;; wait = next_wait(wait, MAX_RETRY_MS)) {
    int fd = connect_at(location);
    enum outcome outcome = fd < 0 ? LOST : serve(&s, fd);
    if (outcome == STOPPED) return 0;
    if (outcome == REFUSED) {
      fprintf(stderr, "plexus host-agent: %.*s\n", (int)s.text.len, (const char *)s.text.data);
      wait = MAX_RETRY_MS;
    }
    if (fd >= 0 && s.welcomed) wait = RETRY_MS;
    buf_free(&s.text);
    if (!pause_unless_stopped(&s, wait)) return 0;
  }
}
