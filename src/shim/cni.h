// One call of the shim as a CNI plugin: environment and stdin in, one JSON document out.
#ifndef PLEXUS_CNI_H
#define PLEXUS_CNI_H
#include <stdbool.h>

#include "buf.h"

struct call {
  const char *command, *container_id, *netns, *path; // never NULL
  struct buf stdin_bytes;
  char version[32];    // cniVersion of stdin; "" when absent
  char socket[108];    // of stdin; "" when absent
  char cni_dir[1024];  // of stdin; "" when absent
  double wait_seconds; // of stdin; negative when absent
  int netns_fd;        // the namespace that CNI_NETNS named when the call started; -1: none
  bool netns_is_host, netns_override;
};

// Reads environment and stdin. Returns NULL, or the problem.
const char *call_read(struct call *c);

void answer_version(const struct call *c);
// Prints a CNI error object; `id` is an ID of the error catalogue.
void answer_error(const struct call *c, int code, const char *id, const char *sentence, const char *fix);
// Prints a CNI error object whose message already contains ID and fix.
void answer_text(const struct call *c, int code, const char *text);

// Reads cniVersion, socket, cniDir and daemonWaitSeconds from the top level of a JSON object. Does not validate the
// object: the daemon does.
void scan_configuration(const char *json, size_t n, struct call *c);

// The daemon's socket: from PLEXUS_SOCKET, the configuration, or the default.
const char *socket_of(const struct call *c);
const char *env_or_empty(const char *name);
#endif
