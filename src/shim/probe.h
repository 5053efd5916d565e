#ifndef PLEXUS_PROBE_H
#define PLEXUS_PROBE_H

// Asks the daemon for an endpoint (/healthz, /readyz) on its observe socket and prints the answer: for the probes of
// its pod. Waits at most that long. 0 when the daemon answers 200, else 1 with the reason on stderr.
int probe(const char *socket, const char *path, int wait_ms);
#endif
