// Meta-plugins: programs that run plugins of their own configuration, from folders of their own configuration.
#ifndef PLEXUS_META_H
#define PLEXUS_META_H
#include <stdbool.h>
#include <stddef.h>

// Whether a plugin is one by its name: plexus*, multus*.
bool is_meta_plugin(const char *plugin);
// Whether a configuration names one as a "type" at any depth: the ipam of a plugin, a delegate.
bool names_meta_plugin(const char *json, size_t n);
#endif
