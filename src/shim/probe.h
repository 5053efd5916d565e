#ifndef PLEXUS_PROBE_H
#define PLEXUS_PROBE_H

// Requests an endpoint (/healthz, /readyz) from the daemon's observe socket and prints the answer, for the probes of
// the daemon's pod. Returns 0 if the daemon answers 200, else 1 with the reason on stderr.
int probe(const char *socket, const char *path, int wait_ms);
#endif
