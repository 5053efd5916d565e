// The keeper is a process between the shim and a plugin. It is a subreaper, so every process that the plugin starts
// stays below it, also in a session or process group of its own. The keeper can therefore kill all of them: on request,
// and when the shim is killed. It runs one plugin at a time, and the next one once no process of the last one is left.
// It also holds the connection to the daemon open until then, so the daemon sees the end of the connection only when
// nothing of the call runs any more. It cannot kill a process that another program starts for the plugin (systemd), and
// a plugin that runs as root can stop or kill the keeper itself. keepers.h is the shim's side.
#ifndef PLEXUS_KEEPER_H
#define PLEXUS_KEEPER_H
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum keeper_request {
  KEEPER_KILL = 'K',  // kill the plugin and all descendants, then exit
  KEEPER_LEAVE = 'L', // exit, and leave the descendants running
  KEEPER_START = 'S', // start a plugin: followed by struct keeper_program and its texts; carries PLUGIN_FDS descriptors
};

enum { PLUGIN_FDS = 3 };

// The texts, each ended by NUL: the file, then the variables.
struct keeper_program {
  size_t texts, bytes;
};

// From the keeper: a plugin could not be started, or it has ended.
struct keeper_event {
  int problem;   // errno of the start; 0: it was started and has ended
  int status;    // wait status
  bool is_alone; // no descendants are left: the keeper waits for another plugin
};

// Runs until the connection `control` to the shim ends, or a request comes through it. `files`: RLIMIT_NOFILE of
// plugins.
_Noreturn void keeper_serve(int control, int link, const struct rlimit *files);
// Marks all descriptors from `first` on as close-on-exec.
void close_on_exec_from(int first);
#endif
