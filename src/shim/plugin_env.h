// The environment of one plugin run: that of the shim, with the variables of this run.
#ifndef PLEXUS_PLUGIN_ENV_H
#define PLEXUS_PLUGIN_ENV_H
#include <stdbool.h>
#include <stddef.h>

#include "cni.h"

struct plugin_env {
  char **vars;                                // NULL-terminated
  const char *command, *container_id, *netns; // point into vars; never NULL
};

// Builds the environment from the variables that the daemon requested. Returns NULL, or why they are refused. Owns the
// texts of `requested`. The caller calls plugin_env_free in both cases.
const char *plugin_env_make(struct plugin_env *env, char **requested, size_t n, const struct call *call);
// Replaces CNI_NETNS, which must be set.
void plugin_env_set_netns(struct plugin_env *env, const char *path);
void plugin_env_free(struct plugin_env *env);
#endif
