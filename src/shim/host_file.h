// Files beside the shim, which only root can write: plexus-direct and plexus-host.json (docs/direct-mode.md).
#ifndef PLEXUS_HOST_FILE_H
#define PLEXUS_HOST_FILE_H
#include <stdbool.h>
#include <stddef.h>

// The path of a file in the shim's own folder.
bool path_beside_shim(const char *name, char *path, size_t size);
// The node's state folder: cniDir of plexus-host.json, or the default. false: that file exists and cannot be used.
bool find_state_folder(char *folder, size_t size);
#endif
