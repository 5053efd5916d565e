#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// CNI_PATH, PATH and CNI_NETNS_OVERRIDE are always our own: plugins look for further programs in them
static const char *const from_daemon[] = {"CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS",
                                          "TRACEPARENT", "TRACESTATE",      "BAGGAGE",   NULL};
static const char *const own[] = {"CNI_PATH", "PATH", "CNI_NETNS_OVERRIDE", NULL};

static bool is_one_of(const char *const names[], const char *var) {
  size_t n = strcspn(var, "=");
  if (var[n] == 0) return false;
  for (size_t i = 0; names[i] != NULL; i++)
    if (strlen(names[i]) == n && memcmp(names[i], var, n) == 0) return true;
  return false;
}

static char *joined(const char *name, const char *value) {
  size_t size = strlen(name) + strlen(value) + 2;
  char *var = must_alloc(NULL, size);
  snprintf(var, size, "%s=%s", name, value);
  return var;
}

static const char *value_of(char **vars, const char *name) {
  size_t n = strlen(name);
  for (; *vars != NULL; vars++)
    if (strncmp(*vars, name, n) == 0 && (*vars)[n] == '=') return *vars + n + 1;
  return "";
}

// a plugin may take the first or the last of two: then the one that was checked is perhaps not the one that counts
static bool is_repeated(char **vars, size_t n, const char *var) {
  size_t name = strcspn(var, "=") + 1;
  for (size_t i = 0; i < n; i++)
    if (strncmp(vars[i], var, name) == 0) return true;
  return false;
}

const char *plugin_env_make(struct plugin_env *env, char **asked, size_t n, const struct guard *g) {
  const char *problem = NULL;
  size_t kept = 0;
  env->vars = must_alloc(NULL, (n + 5) * sizeof *env->vars);
  for (size_t i = 0; i < n; i++) {
    if (is_one_of(from_daemon, asked[i]) && !is_repeated(env->vars, kept, asked[i])) {
      env->vars[kept++] = asked[i];
      continue;
    }
    if (is_one_of(from_daemon, asked[i])) problem = "a variable is there twice";
    else if (!is_one_of(own, asked[i])) problem = "a variable is none of CNI_*, TRACEPARENT, TRACESTATE, BAGGAGE";
    free(asked[i]);
  }
  env->vars[kept++] = joined("CNI_PATH", g->call->path);
  const char *path = env_or_empty("PATH");
  env->vars[kept++] = joined("PATH", path[0] == 0 ? "/usr/sbin:/usr/bin:/sbin:/bin" : path);
  env->vars[kept++] = joined("PLEXUS_NESTED", "1");
  if (g->call->netns_override) env->vars[kept++] = joined("CNI_NETNS_OVERRIDE", "1");
  env->vars[kept] = NULL;
  env->command = value_of(env->vars, "CNI_COMMAND");
  env->container_id = value_of(env->vars, "CNI_CONTAINERID");
  env->netns = value_of(env->vars, "CNI_NETNS");
  return problem;
}

void plugin_env_free(struct plugin_env *env) {
  for (char **var = env->vars; var != NULL && *var != NULL; var++) free(*var);
  free(env->vars);
  env->vars = NULL;
}

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

// what the runtime asked for decides what may be run: an ADD is undone with DEL, a GC also detaches
static bool allows(const char *asked, const char *command) {
  if (is(command, "STATUS")) return is(asked, "STATUS");
  if (is(asked, "ADD")) return is(command, "ADD") || is(command, "DEL");
  if (is(asked, "GC")) return is(command, "GC") || is(command, "DEL");
  return is(asked, command) && (is(asked, "DEL") || is(asked, "CHECK"));
}

bool is_command(const char *text) {
  return is(text, "ADD") || is(text, "DEL") || is(text, "CHECK") || is(text, "GC") || is(text, "STATUS");
}

const char *guard_run(const struct guard *g, const char *plugin, const struct plugin_env *env) {
  if (plugin[0] == 0 || is(plugin, ".") || is(plugin, "..") || strchr(plugin, '/') != NULL) return "a plugin is named without any folder";
  const struct call *c = g->call;
  bool any_sandbox = g->is_agent || is(c->command, "GC");
  if (!is_command(env->command)) return "it is no command of CNI";
  if (!g->is_agent && !allows(c->command, env->command)) return "the runtime has not asked for that command";
  if (is(env->command, "STATUS") || is(env->command, "GC")) return NULL;
  if (!any_sandbox && !is(env->container_id, c->container_id)) return "it is another sandbox than the runtime's";
  if (!any_sandbox && env->netns[0] != 0 && !is(env->netns, c->netns)) return "it is another namespace than the runtime's";
  if (env->netns[0] != 0 && !c->netns_override && is_own_netns(env->netns)) return "that namespace is the node's own";
  return NULL;
}

const char *guard_netns(const struct guard *g, const char *netns) {
  bool any_sandbox = g->is_agent || is(g->call->command, "GC"); // which looks whether a namespace still is that of a sandbox
  if (!any_sandbox && (netns[0] == 0 || !is(netns, g->call->netns))) return "it is another namespace than the runtime's";
  if (!g->call->netns_override && is_own_netns(netns)) return "that namespace is the node's own";
  return NULL;
}
