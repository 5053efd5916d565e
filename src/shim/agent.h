// The host agent: serves requests of the daemon outside of a runtime call, for background work.
#ifndef PLEXUS_AGENT_H
#define PLEXUS_AGENT_H
#include "run.h"

// Returns the exit status.
int run_as_agent(int argc, char **argv, const char *version, struct runs *runs);
// The value of an option on the command line; the last occurrence wins.
const char *option(int argc, char **argv, const char *name, const char *otherwise);
#endif
