// Limits what the daemon can make the shim do, so that a compromised daemon gains nothing on the host beyond it. A
// request is allowed only if it follows from the runtime's call: its command, sandbox and network namespace. GC and the
// host agent have no sandbox of a call and accept any that the daemon names. Namespaces are compared and used through
// descriptors (namespace.h), and the node's own namespace is refused unless the runtime set CNI_NETNS_OVERRIDE. The
// guard does not limit what an allowed plugin does with its configuration, except that it may not name meta-plugins
// (meta.h).
#ifndef PLEXUS_GUARD_H
#define PLEXUS_GUARD_H
#include <stdbool.h>

#include "cni.h"
#include "link.h"
#include "plugin_env.h"

// Whether it is a CNI command other than VERSION.
bool is_command(const char *text);

struct guard {
  bool is_agent;
  bool may_attach;         // of an agent: whether it also runs plugins for ADD, to attach networks of running pods
  const struct call *call; // of the runtime; for an agent only `path` is set
};

// Why a request is refused; `detail` is NULL if it is allowed.
struct refusal {
  enum reason why;
  const char *detail;
};

// Checks name, command and sandbox of a plugin run.
struct refusal guard_run(const struct guard *g, const char *plugin, const struct plugin_env *env);
// Checks the namespace of a plugin run. If the daemon named it, opens it as `held` and replaces CNI_NETNS by the path
// of that descriptor, which the caller closes after the plugin has ended; else `held` is -1.
struct refusal guard_plugin_netns(const struct guard *g, struct plugin_env *env, int *held);
// Checks and opens the namespace of a request that the shim carries out itself. The caller closes it.
struct refusal guard_open_netns(const struct guard *g, const char *netns, int *fd);
// Checks whether default routes may be changed.
struct refusal guard_set_routes(const struct guard *g);
#endif
