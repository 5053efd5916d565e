// Finds a plugin, and has a keeper (keepers.h) start it.
#ifndef PLEXUS_SPAWN_H
#define PLEXUS_SPAWN_H
#include "keepers.h"

struct spawned {
  struct keeper *keeper;
  int in, out, err; // pipes of the plugin
};

// The first regular file of that name in the folders of CNI_PATH (CNI-47), or NULL. The caller frees it.
char *find_plugin(const char *path, const char *plugin);
// Returns 0 or an errno. An errno of execve follows as an event of the keeper.
int spawn(struct keepers *ks, const char *file, char **vars, struct spawned *spawned);
#endif
