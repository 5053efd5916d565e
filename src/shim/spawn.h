// Starts one plugin below a keeper.
#ifndef PLEXUS_SPAWN_H
#define PLEXUS_SPAWN_H
#include <sys/resource.h>
#include <sys/types.h>

struct spawned {
  pid_t keeper;
  int line;         // to the keeper
  int in, out, err; // pipes of the plugin
};
struct plan {
  char *file;
  char **vars;
  int link;                   // to the daemon
  const struct rlimit *files; // the plugin's limit of descriptors
};

// The first regular file of that name in CNI_PATH (CNI-47), to be freed; NULL when there is none.
char *find_plugin(const char *path, const char *plugin);
// 0, or the errno of what failed.
int spawn(const struct plan *plan, struct spawned *made);
#endif
