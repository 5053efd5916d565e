// Meta-plugins are programs that run further plugins, as their own configuration lists them. As root with a
// configuration of the daemon or of a network's author, one could run any program, so the shim runs none and no plugin
// whose configuration names one. It scans the configuration for every "type" without parsing it fully, and compares
// names only: it cannot recognize a meta-plugin under another name.
#ifndef PLEXUS_META_H
#define PLEXUS_META_H
#include <stdbool.h>
#include <stddef.h>

// Whether a plugin's name is that of a meta-plugin: plexus*, multus*.
bool is_meta_plugin(const char *plugin);
// Whether a configuration names one as a "type" at any depth, also as a part of a path: Go removes slashes at the end,
// "." and "..", so "multus/" and "multus/x/.." may run it too.
bool names_meta_plugin(const char *json, size_t n);
#endif
