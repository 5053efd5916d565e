// Meta-plugins are programs that run further plugins, as their own configuration lists them. As root with a
// configuration of the daemon or of a network's author, one could run any program, so the shim runs none and no plugin
// whose configuration names one. It scans the configuration for every "type" without parsing it fully, and compares
// names only: it cannot recognize a meta-plugin under another name. Nor does it run a plugin that would run another one
// by a path: in "ipam", "delegate" or "delegates", a "type" must be a bare name (src/cni/meta-plugins.ts contains the
// reason).
#ifndef PLEXUS_META_H
#define PLEXUS_META_H
#include <stddef.h>

// Why a plugin may not run, because of its name or a "type" that its configuration contains at any depth, or NULL. A
// meta-plugin counts also as a part of a path: Go removes slashes at the end, "." and "..", so "multus/" and
// "multus/x/.." may run it too.
const char *forbidden_plugin(const char *plugin, const char *json, size_t n);
#endif
