// Falls back to direct mode while the daemon is unavailable: the shim replaces itself with plexus-direct, if that
// program is in the shim's own folder. The program gets the environment of the call, PLEXUS_DAEMON_AWAY=1 and a copy of
// stdin, which the shim has consumed. Its answer and exit status are those of the call. The caller must not fall back
// for an ADD that the daemon has started, because both would then attach the same sandbox.
#ifndef PLEXUS_FALLBACK_H
#define PLEXUS_FALLBACK_H
#include "cni.h"

// Returns only when direct mode is not installed or cannot be executed.
void exec_direct_mode(const struct call *c);
#endif
