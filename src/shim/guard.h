// What the daemon may request of this program. A compromised daemon gets no further than this.
#ifndef PLEXUS_GUARD_H
#define PLEXUS_GUARD_H
#include <stdbool.h>

#include "cni.h"
#include "link.h"
#include "plugin_env.h"

// Whether it is one that a plugin can be run for, VERSION aside.
bool is_command(const char *text);

struct guard {
  bool is_agent;
  const struct call *call; // of the runtime; of an agent only `path` is set
};

// Why a request is not carried out; no detail: it is.
struct refusal {
  enum reason why;
  const char *detail;
};

// Whether a plugin may be run with this environment.
struct refusal guard_run(const struct guard *g, const char *plugin, const struct plugin_env *env);
// Checks the namespace that a plugin is given. The path of one that the daemon named is replaced in `env` by that of a
// descriptor, which goes into `held`: to be closed when the plugin has ended. -1: none is needed.
struct refusal guard_hand_over(const struct guard *g, struct plugin_env *env, int *held);
// Opens the namespace of a request that this program carries out itself: to be closed.
struct refusal guard_enter(const struct guard *g, const char *netns, int *fd);
// Whether default routes may be changed.
struct refusal guard_change(const struct guard *g);
#endif
