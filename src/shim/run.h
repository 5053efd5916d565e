// Running plugins: pipes, deadlines, output limits. Each plugin runs below a keeper (keeper.h).
#ifndef PLEXUS_RUN_H
#define PLEXUS_RUN_H
#include <poll.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "guard.h"
#include "keepers.h"
#include "link.h"

enum { MAX_RUNS = MAX_KEEPERS, FDS_PER_RUN = 4, MAX_SUCCEEDED = 1024 };

struct run {
  bool used;
  uint32_t id;
  uint32_t after;        // waits for the success of this RUN; 0: does not wait
  struct keeper *keeper; // NULL: not started yet (it waits, or text file busy)
  bool exited;           // whether the plugin has ended, with `status`
  bool is_alone;         // whether it left no process behind
  int status;
  int in, out, err; // -1: closed
  int netns_fd;     // the namespace that CNI_NETNS names as /proc/PID/fd/N; -1: none
  struct buf stdin_bytes, stdout_bytes, stderr_bytes;
  size_t request_bytes, written, printed;         // of the RUN; to stdin; on stdout
  int64_t deadline, grace_end, retry_at, kill_at; // 0: none
  int64_t keeper_deadline; // when a keeper that received a request must have ended; 0: no request
  uint32_t timeout_ms;     // from the start; 0: none
  int tries;
  enum reason killed_for; // 0: not killed
  char *plugin, *file;
  struct plugin_env env;
};

struct runs {
  struct run all[MAX_RUNS];
  struct keepers keepers;
  uint32_t succeeded[MAX_SUCCEEDED]; // the RUNs of this connection that succeeded last; 0: none
  size_t successes;
};

// `idle_keepers`: how many keepers may wait for another plugin.
void runs_init(struct runs *runs, int idle_keepers);
// Sets the connection to the daemon. No plugin may be running.
void runs_set_link(struct runs *runs, int link);
// Prepares for a plugin that will probably run: while the daemon plans it, instead of afterwards.
void runs_prepare(struct runs *runs);
// Handles RUN: starts the plugin, lets it wait for another RUN, or puts FAILED into `out`.
void runs_start(struct runs *runs, struct frame *frame, const struct guard *g, struct buf *out);
void runs_kill(struct runs *runs, uint32_t id, struct buf *out);
// Starts the plugins that waited for a RUN that has succeeded; puts FAILED into `out` for those whose RUN failed.
void runs_start_due(struct runs *runs, const struct guard *g, struct buf *out);
// Kills all plugins and frees their runs.
void runs_kill_all(struct runs *runs);
// Whether a plugin is running. Frees runs that have not been started, so that none starts later.
bool runs_in_flight(struct runs *runs);
// Writes the descriptors to poll into `fds` and returns their number.
int runs_poll(const struct runs *runs, struct pollfd *fds);
// Reads, writes, reaps, enforces deadlines; puts RAN or FAILED of plugins that ended into `out`.
void runs_advance(struct runs *runs, const struct pollfd *fds, int n, struct buf *out);
int64_t runs_next_deadline(const struct runs *runs); // 0: none
#endif
