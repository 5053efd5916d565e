// Network namespaces by descriptor. A path can change its target between check and use; a descriptor cannot. So the
// shim opens a namespace once, compares it by device and inode, and enters it or passes it on through that descriptor.
#ifndef PLEXUS_NAMESPACE_H
#define PLEXUS_NAMESPACE_H
#include <stdbool.h>
#include <stddef.h>

enum { NAMESPACE_PATH_BYTES = 64 };

// Returns a descriptor of the network namespace at `path`, or -1 and the problem. Opens nothing but namespaces: a FIFO
// does not block the shim, and no device is opened.
int namespace_open(const char *path, const char **problem);
// Whether it is the node's namespace: that of this process or of PID 1.
bool namespace_is_node(int fd);
bool namespace_is_same(int one, int other);
// Writes a path of the descriptor, valid for processes with the same /proc while this process holds the descriptor.
bool namespace_path(int fd, char path[static NAMESPACE_PATH_BYTES]);
#endif
