// The keepers of this shim (keeper.h). A keeper whose plugin left no process behind runs the next plugin, so that a
// call with several networks starts one keeper.
#ifndef PLEXUS_KEEPERS_H
#define PLEXUS_KEEPERS_H
#include "keeper.h"

enum { MAX_KEEPERS = 256 };

struct keeper {
  pid_t pid;   // 0: none
  int control; // -1: closed
  bool is_busy;
};
struct keepers {
  struct keeper all[MAX_KEEPERS];
  int link;            // to the daemon
  struct rlimit files; // RLIMIT_NOFILE of plugins
  int max_idle;        // how many may wait for a plugin
};

// Starts a keeper that waits for a plugin, if there is none at all.
void keepers_prepare(struct keepers *ks);
// Returns a keeper without a plugin, or NULL with errno.
struct keeper *keepers_take(struct keepers *ks);
// Takes back a keeper whose plugin left nothing behind.
void keepers_release(struct keepers *ks, struct keeper *k);
// Forgets a keeper that has ended.
void keepers_forget(struct keeper *k);
// Ends those that wait.
void keepers_dismiss(struct keepers *ks);
bool keepers_has(const struct keepers *ks, pid_t pid);

// Lets the keeper start a plugin with descriptors 0, 1 and 2. Returns 0, or an errno; then the keeper has to be killed.
// An errno of the start itself follows as an event.
int keeper_start(const struct keeper *k, const char *file, char **vars, const int fds[static PLUGIN_FDS]);
// Sends KEEPER_KILL or KEEPER_LEAVE. Does nothing if the keeper has ended.
void keeper_send(const struct keeper *k, enum keeper_request request);
// Whether there is an event. If the keeper ended without one, the plugin counts as killed.
bool keeper_event(const struct keeper *k, struct keeper_event *event);
#endif
