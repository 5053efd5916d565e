// Plugins that run: pipes, deadlines, output limits. Each has a keeper (keeper.h).
#ifndef PLEXUS_RUN_H
#define PLEXUS_RUN_H
#include <poll.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "guard.h"
#include "link.h"

enum { MOST_RUNS = 256, FDS_PER_RUN = 4 };

struct run {
  bool used;
  uint32_t id;
  pid_t pid;   // of its keeper; 0: not started yet (text file busy)
  bool exited; // the plugin, with `status`
  int status;
  int line;         // to the keeper; -1: it has its order
  int in, out, err; // -1: closed
  int netns_fd;     // of the namespace that the plugin finds by its number; -1: none
  struct buf stdin_bytes, stdout_bytes, stderr_bytes;
  size_t written;
  int64_t deadline, grace_end, retry_at, kill_at; // 0: none
  int64_t order_end;                              // when a keeper that has its order must have ended; 0: it has none
  int tries;
  enum reason killed_for; // 0: not killed
  char *file;
  struct plugin_env env;
};

struct runs {
  struct run all[MOST_RUNS];
  int link;            // to the daemon
  struct rlimit files; // of descriptors, as the caller set it
};

void runs_init(struct runs *runs);
void runs_begin(struct runs *runs, int link); // of a connection; nothing may run
// Handles RUN: starts the plugin, or puts FAILED into `out`.
void runs_start(struct runs *runs, struct frame *frame, const struct guard *g, struct buf *out);
void runs_kill(struct runs *runs, uint32_t id, struct buf *out);
void runs_kill_all(struct runs *runs); // and forget them
// Whether a plugin runs. Those that have not been started are forgotten.
bool runs_begun(struct runs *runs);
// Adds the descriptors to wait for; returns how many.
int runs_poll(const struct runs *runs, struct pollfd *fds);
// Reads, writes, reaps, looks at clocks; puts RAN or FAILED of those that ended into `out`.
void runs_go_on(struct runs *runs, const struct pollfd *fds, int n, struct buf *out);
int64_t runs_next_deadline(const struct runs *runs); // 0: none
#endif
