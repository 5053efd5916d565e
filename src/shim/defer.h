// Defers a DEL while the daemon is unavailable (docs/reliability.md). The shim writes the call, as it would have sent
// it to the daemon, to `deferred` in the node's state folder and syncs it; the daemon carries it out later. A call is
// deferred only while the daemon keeps the file `deferred/.open`, which states that an agent can carry it out. The
// daemon, or the author of a network, may have written the configuration of the call, so the state folder comes from a
// file that only root can write (host_file.h). The daemon can also write in the state folder: the shim follows no link
// in it and works beneath its descriptor. Deferring does not detach anything.
#ifndef PLEXUS_DEFER_H
#define PLEXUS_DEFER_H
#include "serve.h"

// true: the call is on the disk. `cni_dir` is that of the call's configuration: "", or it must be the state folder.
bool defer_call(const struct session *s, const char *cni_dir);
#endif
