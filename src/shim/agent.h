// The host agent: serves what the daemon does in the background, without a call of the runtime.
#ifndef PLEXUS_AGENT_H
#define PLEXUS_AGENT_H
#include "run.h"

// Returns the exit status.
int run_as_agent(int argc, char **argv, const char *version, struct runs *runs);
// The value of an option on the command line: the last one counts.
const char *option(int argc, char **argv, const char *name, const char *otherwise);
#endif
