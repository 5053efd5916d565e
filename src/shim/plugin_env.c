#include "plugin_env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

// CNI_PATH, PATH and CNI_NETNS_OVERRIDE are always those of the shim: plugins search programs in the first two.
static const char *const from_daemon[] = {"CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS",
                                          "TRACEPARENT", "TRACESTATE",      "BAGGAGE",   NULL};
static const char *const ignored[] = {"CNI_PATH", "PATH", "CNI_NETNS_OVERRIDE", NULL};

// How the names of variables start that plugins do not inherit: those of the call, settings of Plexus, those that load
// code into a program, and those that name descriptors or sockets of the runtime. Direct mode has the same list
// (src/runtime/run-plugin.ts).
static const char *const withheld[] = {"CNI_", "PLEXUS_", "LD_", "LISTEN_", "NOTIFY_SOCKET", "NODE_OPTIONS", NULL};

static bool is_one_of(const char *const names[], const char *var) {
  size_t n = strcspn(var, "=");
  if (var[n] == 0) return false;
  for (size_t i = 0; names[i] != NULL; i++)
    if (strlen(names[i]) == n && memcmp(names[i], var, n) == 0) return true;
  return false;
}

static bool is_inherited(const char *var) {
  if (strchr(var, '=') == NULL) return false;
  for (size_t i = 0; withheld[i] != NULL; i++)
    if (strncmp(var, withheld[i], strlen(withheld[i])) == 0) return false;
  return true;
}

static char *variable(const char *name, const char *value) {
  size_t size = strlen(name) + strlen(value) + 2;
  char *var = must_alloc(NULL, size);
  snprintf(var, size, "%s=%s", name, value);
  return var;
}

static char *copy_of(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(must_alloc(NULL, size), text, size);
}

static const char *value_of(char **vars, const char *name) {
  size_t n = strlen(name);
  for (; *vars != NULL; vars++)
    if (strncmp(*vars, name, n) == 0 && (*vars)[n] == '=') return *vars + n + 1;
  return "";
}

// Refuse duplicates: plugins may use the first or the last, so a checked value might not be the effective one.
static bool is_repeated(char **vars, size_t n, const char *var) {
  size_t name = strcspn(var, "=") + 1;
  for (size_t i = 0; i < n; i++)
    if (strncmp(vars[i], var, name) == 0) return true;
  return false;
}

// Moves the allowed variables of `requested` to `vars` and frees the others.
static size_t keep_allowed(char **vars, char **requested, size_t n, const char **problem) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    bool is_allowed = is_one_of(from_daemon, requested[i]);
    if (is_allowed && !is_repeated(vars, kept, requested[i])) {
      vars[kept++] = requested[i];
      continue;
    }
    if (is_allowed) *problem = "a variable occurs twice";
    else if (!is_one_of(ignored, requested[i]))
      *problem = "only CNI_*, TRACEPARENT, TRACESTATE and BAGGAGE are allowed as variables";
    free(requested[i]);
  }
  return kept;
}

static size_t count(char **vars) {
  size_t n = 0;
  while (vars[n] != NULL) n++;
  return n;
}

const char *plugin_env_make(struct plugin_env *env, char **requested, size_t n, const struct call *call) {
  const char *problem = NULL, *path = env_or_empty("PATH");
  char **vars = must_alloc(NULL, (n + count(environ) + 5) * sizeof *vars);
  size_t kept = keep_allowed(vars, requested, n, &problem);
  vars[kept++] = variable("CNI_PATH", call->path);
  vars[kept++] = variable("PATH", path[0] == 0 ? "/usr/sbin:/usr/bin:/sbin:/bin" : path);
  vars[kept++] = variable("PLEXUS_NESTED", "1");
  if (call->netns_override) vars[kept++] = variable("CNI_NETNS_OVERRIDE", "1");
  for (char **own = environ; *own != NULL; own++)
    if (is_inherited(*own) && !is_repeated(vars, kept, *own)) vars[kept++] = copy_of(*own);
  vars[kept] = NULL;
  *env = (struct plugin_env){vars, value_of(vars, "CNI_COMMAND"), value_of(vars, "CNI_CONTAINERID"),
                             value_of(vars, "CNI_NETNS")};
  return problem;
}

void plugin_env_set_netns(struct plugin_env *env, const char *path) {
  for (char **var = env->vars; *var != NULL; var++) {
    if (strncmp(*var, "CNI_NETNS=", 10) != 0) continue;
    free(*var);
    *var = variable("CNI_NETNS", path);
    env->netns = *var + 10;
  }
}

void plugin_env_free(struct plugin_env *env) {
  for (char **var = env->vars; var != NULL && *var != NULL; var++) free(*var);
  free(env->vars);
  env->vars = NULL;
}
