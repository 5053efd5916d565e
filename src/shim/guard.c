#include "guard.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "namespace.h"

static const struct refusal none = {0};
static const char of_the_node[] = "that namespace is the node's own";

static struct refusal forbidden(const char *why) { return (struct refusal){R_FORBIDDEN, why}; }
static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

bool is_command(const char *text) {
  return is(text, "ADD") || is(text, "DEL") || is(text, "CHECK") || is(text, "GC") || is(text, "STATUS");
}

// What the runtime called for decides what may be run: an ADD is undone with DEL, a GC also detaches.
static bool allows(const char *called, const char *command) {
  if (is(command, "STATUS")) return is(called, "STATUS");
  if (is(called, "ADD")) return is(command, "ADD") || is(command, "DEL");
  if (is(called, "GC")) return is(command, "GC") || is(command, "DEL");
  return is(called, command) && (is(called, "DEL") || is(called, "CHECK"));
}

// Sandboxes and namespaces are then the daemon's word: GC detaches what the runtime has forgotten, and so does an
// agent.
static bool may_name_any(const struct guard *g) { return g->is_agent || is(g->call->command, "GC"); }

struct refusal guard_run(const struct guard *g, const char *plugin, const struct plugin_env *env) {
  if (plugin[0] == 0 || is(plugin, ".") || is(plugin, "..") || strchr(plugin, '/') != NULL)
    return forbidden("a plugin is named without any folder");
  const struct call *c = g->call;
  if (!is_command(env->command)) return forbidden("it is no command of CNI");
  if (g->is_agent && !is(env->command, "DEL")) return forbidden("without the runtime, plugins are only run to detach");
  if (!g->is_agent && !allows(c->command, env->command))
    return forbidden("the runtime has not called for that command");
  if (is(env->command, "STATUS") || is(env->command, "GC"))
    return env->netns[0] == 0 ? none : forbidden("that command has no namespace");
  if (may_name_any(g)) return none;
  if (!is(env->container_id, c->container_id)) return forbidden("it is another sandbox than the runtime's");
  if (env->netns[0] != 0 && !is(env->netns, c->netns)) return forbidden("it is another namespace than the runtime's");
  return none;
}

struct refusal guard_change(const struct guard *g) {
  return !g->is_agent && is(g->call->command, "ADD")
             ? none
             : forbidden("default routes are only changed for an ADD of the runtime");
}

// One that the runtime named is the one that its call began with.
struct refusal guard_enter(const struct guard *g, const char *netns, int *fd) {
  const struct call *c = g->call;
  const char *problem = NULL;
  *fd = -1;
  if (!may_name_any(g) && !is(netns, c->netns)) return forbidden("it is another namespace than the runtime's");
  bool is_begun = !may_name_any(g) && c->netns_fd >= 0;
  *fd = is_begun ? fcntl(c->netns_fd, F_DUPFD_CLOEXEC, 3) : namespace_open(netns, &problem);
  if (*fd < 0) return (struct refusal){R_NETNS, problem == NULL ? "too many descriptors are open" : problem};
  const char *why = is_begun || may_name_any(g) ? NULL : "the runtime's path led to no namespace when the call began";
  if (!c->netns_override && namespace_is_node(*fd)) why = of_the_node;
  if (why == NULL) return none;
  close(*fd);
  *fd = -1;
  return forbidden(why);
}

// The runtime's own path stays as it is: plugins write it down and compare it later (sriov: to see whether a device is
// in use). It is root who chose it, and it must still lead to where it led when the call began.
static struct refusal check_path(const struct guard *g, const char *netns) {
  const char *problem;
  int now = namespace_open(netns, &problem);
  if (now < 0) return none; // it is gone: the plugin sees the same
  bool is_begun = g->call->netns_fd >= 0 && namespace_is_same(now, g->call->netns_fd);
  bool is_node = !g->call->netns_override && namespace_is_node(now);
  close(now);
  if (is_node) return forbidden(of_the_node);
  return is_begun ? none : forbidden("that path leads to another namespace than when the call began");
}

struct refusal guard_hand_over(const struct guard *g, struct plugin_env *env, int *held) {
  char path[NAMESPACE_PATH_BYTES];
  *held = -1;
  if (env->netns[0] == 0) return none;
  if (!may_name_any(g)) return check_path(g, env->netns);
  struct refusal no = guard_enter(g, env->netns, held);
  if (no.detail != NULL) return no;
  if (namespace_path(*held, path)) return plugin_env_set_netns(env, path), none;
  close(*held);
  *held = -1;
  return (struct refusal){R_NETNS, "/proc is not mounted"};
}
