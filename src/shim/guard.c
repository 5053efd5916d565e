#include "guard.h"

#include <fcntl.h>
#include <unistd.h>

#include "namespace.h"
#include "text.h"

static const struct refusal allowed = {0};
static const char node_namespace[] = "that namespace is the node's own";

static struct refusal forbidden(const char *why) { return (struct refusal){R_FORBIDDEN, why}; }

bool is_command(const char *text) {
  return equals(text, "ADD") || equals(text, "DEL") || equals(text, "CHECK") || equals(text, "GC") ||
         equals(text, "STATUS");
}

// Whether the runtime's command allows the plugin's command: ADD is undone with DEL, GC also detaches.
static bool is_command_allowed(const char *called, const char *command) {
  if (equals(command, "STATUS")) return equals(called, "STATUS");
  if (equals(called, "ADD")) return equals(command, "ADD") || equals(command, "DEL");
  if (equals(called, "GC")) return equals(command, "GC") || equals(command, "DEL");
  return equals(called, command) && (equals(called, "DEL") || equals(called, "CHECK"));
}

static bool is_agent_command(const struct guard *g, const char *command) {
  return equals(command, "DEL") || (g->may_attach && equals(command, "ADD"));
}

// GC and the agent detach sandboxes that no call names.
static bool is_any_sandbox_allowed(const struct guard *g) { return g->is_agent || equals(g->call->command, "GC"); }

struct refusal guard_run(const struct guard *g, const char *plugin, const struct plugin_env *env) {
  if (plugin[0] == 0 || equals(plugin, ".") || equals(plugin, "..") || strchr(plugin, '/') != NULL)
    return forbidden("a plugin must be a file name without a folder");
  const struct call *c = g->call;
  if (!is_command(env->command)) return forbidden("it is not a CNI command");
  if (g->is_agent && !is_agent_command(g, env->command))
    return forbidden(g->may_attach ? "the host agent runs plugins for ADD and DEL only"
                                   : "the host agent runs plugins for DEL only");
  if (!g->is_agent && !is_command_allowed(c->command, env->command))
    return forbidden("the command of the runtime does not allow that command");
  if (equals(env->command, "STATUS") || equals(env->command, "GC"))
    return env->netns[0] == 0 ? allowed : forbidden("that command has no network namespace");
  if (is_any_sandbox_allowed(g)) return allowed;
  if (!equals(env->container_id, c->container_id)) return forbidden("it is not the sandbox of the runtime's call");
  if (env->netns[0] != 0 && !equals(env->netns, c->netns))
    return forbidden("it is not the network namespace of the runtime's call");
  return allowed;
}

struct refusal guard_set_routes(const struct guard *g) {
  bool may_change = g->is_agent ? g->may_attach : equals(g->call->command, "ADD");
  return may_change ? allowed : forbidden("default routes are changed only while a network is attached");
}

// For a call of the runtime, uses the descriptor that was opened when the call started.
struct refusal guard_open_netns(const struct guard *g, const char *netns, int *fd) {
  const struct call *c = g->call;
  const char *problem = NULL;
  *fd = -1;
  if (!is_any_sandbox_allowed(g) && !equals(netns, c->netns))
    return forbidden("it is not the network namespace of the runtime's call");
  bool is_pinned = !is_any_sandbox_allowed(g) && c->netns_fd >= 0;
  *fd = is_pinned ? fcntl(c->netns_fd, F_DUPFD_CLOEXEC, 3) : namespace_open(netns, &problem);
  if (*fd < 0) return (struct refusal){R_NETNS, problem == NULL ? "too many descriptors are open" : problem};
  const char *why =
      is_pinned || is_any_sandbox_allowed(g) ? NULL : "CNI_NETNS named no network namespace when the call started";
  if (!c->netns_override && namespace_is_node(*fd)) why = node_namespace;
  if (why == NULL) return allowed;
  close(*fd);
  *fd = -1;
  return forbidden(why);
}

// Plugins get the path that the runtime chose, because some record it and compare it later (sriov: to detect a device
// in use). It must still name the namespace that it named when the call started.
static struct refusal check_path(const struct guard *g, const char *netns) {
  const char *problem;
  int now = namespace_open(netns, &problem);
  if (now < 0) return allowed; // it does not exist any more, which the plugin handles
  bool is_pinned = g->call->netns_fd >= 0 && namespace_is_same(now, g->call->netns_fd);
  bool is_node = !g->call->netns_override && namespace_is_node(now);
  close(now);
  if (is_node) return forbidden(node_namespace);
  return is_pinned ? allowed : forbidden("that path names another namespace than when the call started");
}

static const char *const shared_folders[] = {"/run/netns/", "/var/run/netns/"};

// Whether only root of the node can change what the path names: a file of the folder in which runtimes keep namespaces.
static bool is_in_shared_folder(const char *netns) {
  for (size_t i = 0; i < sizeof shared_folders / sizeof *shared_folders; i++) {
    size_t length = strlen(shared_folders[i]);
    const char *name = netns + length;
    if (strncmp(netns, shared_folders[i], length) == 0 && name[0] != 0 && name[0] != '.' && strchr(name, '/') == NULL)
      return true;
  }
  return false;
}

// At ADD, plugins store the path and use it later, so they need the runtime's own, not that of a descriptor. The daemon
// cannot swap what it leads to, because it has no access to that folder.
static struct refusal check_attach_path(const char *netns) {
  if (!is_in_shared_folder(netns))
    return forbidden("the host agent attaches only namespaces directly in /run/netns or /var/run/netns");
  const char *problem;
  int fd = namespace_open(netns, &problem);
  if (fd < 0) return (struct refusal){R_NETNS, problem};
  bool is_node = namespace_is_node(fd);
  close(fd);
  return is_node ? forbidden(node_namespace) : allowed;
}

struct refusal guard_plugin_netns(const struct guard *g, struct plugin_env *env, int *held) {
  char path[NAMESPACE_PATH_BYTES];
  *held = -1;
  if (g->is_agent && equals(env->command, "ADD")) return check_attach_path(env->netns);
  if (env->netns[0] == 0) return allowed;
  if (!is_any_sandbox_allowed(g)) return check_path(g, env->netns);
  struct refusal no = guard_open_netns(g, env->netns, held);
  if (no.detail != NULL) return no;
  if (namespace_path(*held, path)) return plugin_env_set_netns(env, path), allowed;
  close(*held);
  *held = -1;
  return (struct refusal){R_NETNS, "/proc is not mounted"};
}
