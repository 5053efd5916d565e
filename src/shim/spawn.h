// Starts one plugin below a keeper (keeper.h).
#ifndef PLEXUS_SPAWN_H
#define PLEXUS_SPAWN_H
#include <sys/resource.h>
#include <sys/types.h>

struct spawned {
  pid_t keeper;
  int control;      // to the keeper
  int in, out, err; // pipes of the plugin
};
struct program {
  char *file;
  char **vars;
  int link;                   // to the daemon
  const struct rlimit *files; // the plugin's RLIMIT_NOFILE
};

// The first regular file of that name in the folders of CNI_PATH (CNI-47), or NULL. The caller frees it.
char *find_plugin(const char *path, const char *plugin);
// Returns 0 or an errno.
int spawn(const struct program *program, struct spawned *spawned);
#endif
