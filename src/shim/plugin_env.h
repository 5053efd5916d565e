// The environment of one plugin run: the caller's own, with the variables of this run.
#ifndef PLEXUS_PLUGIN_ENV_H
#define PLEXUS_PLUGIN_ENV_H
#include <stdbool.h>
#include <stddef.h>

#include "cni.h"

struct plugin_env {
  char **vars;                                // NULL-terminated
  const char *command, *container_id, *netns; // inside vars; never NULL
};

// From what the daemon requested, for that call. NULL, or why these variables are refused. Takes the texts of
// `requested` over. To be freed with plugin_env_free either way.
const char *plugin_env_make(struct plugin_env *env, char **requested, size_t n, const struct call *call);
// Replaces CNI_NETNS, which must be set.
void plugin_env_set_netns(struct plugin_env *env, const char *path);
void plugin_env_free(struct plugin_env *env);
#endif
