// The keeper is a process between the shim and one plugin. It is a subreaper, so every process that the plugin starts
// stays below it, also in a session or process group of its own. The keeper can therefore kill all of them: on request,
// and when the shim is killed. It also holds the connection to the daemon open until then, so the daemon sees the end
// of the connection only when nothing of the call runs any more. It cannot kill a process that another program starts
// for the plugin (systemd), and a plugin that runs as root can stop or kill the keeper itself.
#ifndef PLEXUS_KEEPER_H
#define PLEXUS_KEEPER_H
#include <stdbool.h>
#include <sys/types.h>

enum keeper_request {
  KEEPER_KILL = 'K',  // kill the plugin and all descendants, then exit
  KEEPER_LEAVE = 'L', // exit, and leave the descendants running
};

// In the keeper, before it starts the plugin.
void keeper_init(void);
// In the keeper: runs until the plugin and its descendants have ended, or a request comes through `control`.
_Noreturn void keeper_serve(int control, int link, pid_t plugin);

// In the shim. Does nothing if the keeper has ended.
void keeper_send(int control, enum keeper_request request);
// In the shim: whether the plugin has ended, and its wait status; SIGKILL if the keeper ended without reporting one.
bool keeper_ended(int control, int *status);
// Marks all descriptors from `first` on as close-on-exec.
void close_on_exec_from(int first);
#endif
