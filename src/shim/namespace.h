// Network namespaces, held open. A path may lead elsewhere a moment after it was checked; a descriptor cannot. So a
// namespace is opened once, compared by device and inode, and entered or handed on through that same descriptor.
#ifndef PLEXUS_NAMESPACE_H
#define PLEXUS_NAMESPACE_H
#include <stdbool.h>
#include <stddef.h>

enum { NAMESPACE_PATH_BYTES = 64 };

// A descriptor of the network namespace at `path`, or -1 and the reason. Opens network namespaces only: no FIFO blocks
// this program, and no device is touched.
int namespace_open(const char *path, const char **problem);
// Whether it is the node's: the namespace of this process, or that of process 1.
bool namespace_is_node(int fd);
bool namespace_is_same(int one, int other);
// A path at which every process that shares this /proc finds the descriptor for as long as this process holds it.
bool namespace_path(int fd, char path[static NAMESPACE_PATH_BYTES]);
#endif
