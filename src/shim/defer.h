// While the daemon is away: hand the call to direct mode, or keep a DEL for the daemon's return (docs/reliability.md).
#ifndef PLEXUS_DEFER_H
#define PLEXUS_DEFER_H
#include "serve.h"

// Becomes plexus-direct, if that lies beside this program; returns only when it cannot.
void become_stand_in(const struct call *c);
// Writes the call, as the daemon would have heard it, to the folder where the daemon looks for what it missed. true: it
// is on the disk. Only while the daemon says that somebody would carry the call out, and only in the state folder of
// the host's file (plexus-host.json): `cni_dir`, that of the call's configuration, must be "" or the same.
bool defer_call(const struct session *s, const char *cni_dir);
#endif
