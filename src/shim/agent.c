#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "serve.h"

enum { RETRY_MS = 20, LONGEST_RETRY_MS = 1000 };

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

static int longer(int wait, int most) { return wait * 2 > most ? most : wait * 2; }

const char *option(int argc, char **argv, const char *name, const char *otherwise) {
  const char *found = otherwise; // the last one counts
  for (int i = 2; i + 1 < argc; i++)
    if (is(argv[i], name)) found = argv[i + 1];
  return found;
}

// Where the daemon's socket is, also when / is another folder by then.
struct place {
  int folder;
  const char *name;
};

static struct place place_of(char *path) {
  char *slash = strrchr(path, '/');
  if (slash == NULL) return (struct place){open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), path};
  *slash = 0;
  return (struct place){open(slash == path ? "/" : path, O_PATH | O_DIRECTORY | O_CLOEXEC), slash + 1};
}

static int connect_at(struct place place) {
  if (fchdir(place.folder) != 0) return -1;
  int fd = link_connect(place.name);
  int problem = errno;
  if (chdir("/") != 0) _exit(3);
  return errno = problem, fd;
}

// Plugins need the node as the runtime's plugins see it: iptables, /run, /var/lib/cni, and namespaces at their own
// paths.
static bool enter(const char *root) { return is(root, "/") || (chroot(root) == 0 && chdir("/") == 0); }

int run_as_agent(int argc, char **argv, const char *version, struct runs *runs) {
  struct call c = {.command = "", .container_id = "", .netns = "", .wait_seconds = -1, .netns_fd = -1};
  char socket[108];
  snprintf(socket, sizeof socket, "%s", option(argc, argv, "--socket", socket_of(&c)));
  struct place place = place_of(socket);
  const char *root = option(argc, argv, "--root", "/");
  if (place.folder < 0 || !enter(root)) {
    fprintf(stderr, "plexus host-agent: cannot use %s: %s\n", place.folder < 0 ? socket : root, strerror(errno));
    return 1;
  }
  c.path = option(argc, argv, "--cni-path", "/opt/cni/bin");
  const struct guard guard = {.is_agent = true, .call = &c};
  struct session s = {.role = ROLE_AGENT, .guard = &guard, .version = version, .signals = signals_open(), .runs = runs};
  for (int wait = RETRY_MS;; wait = longer(wait, LONGEST_RETRY_MS)) {
    int fd = connect_at(place);
    enum outcome outcome = fd < 0 ? LOST : serve(&s, fd);
    if (outcome == STOPPED) return 0;
    if (outcome == REFUSED) {
      fprintf(stderr, "plexus host-agent: %.*s\n", (int)s.text.len, (const char *)s.text.data);
      wait = LONGEST_RETRY_MS;
    }
    if (fd >= 0 && s.welcomed) wait = RETRY_MS;
    buf_free(&s.text);
    if (!pause_unless_stopped(&s, wait)) return 0;
  }
}
