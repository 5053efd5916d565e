// What the daemon may ask of this program. A taken-over daemon gets no further than this.
#ifndef PLEXUS_GUARD_H
#define PLEXUS_GUARD_H
#include <stdbool.h>

#include "cni.h"

// Whether it is one that a plugin can be asked for, VERSION aside.
bool is_command(const char *text);

struct guard {
  bool is_agent;
  const struct call *call; // of the runtime; of an agent only `path` is set
};

// The variables of one plugin run, from what the daemon asked for. NULL-terminated, to be freed with plugin_env_free.
struct plugin_env {
  char **vars;
  const char *command, *container_id, *netns; // inside vars; never NULL
};
// NULL, or why these variables are refused. Takes the texts of `asked` over.
const char *plugin_env_make(struct plugin_env *env, char **asked, size_t n, const struct guard *g);
void plugin_env_free(struct plugin_env *env);

// NULL, or why a plugin may not be run with this environment.
const char *guard_run(const struct guard *g, const char *plugin, const struct plugin_env *env);
// NULL, or why this namespace may not be looked into.
const char *guard_netns(const struct guard *g, const char *netns);
#endif
