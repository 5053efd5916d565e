// The keeper: a process of its own between this program and one plugin. Everything that the plugin starts stays below
// it, whatever sessions and groups those processes make, because orphans become children of the nearest subreaper. So
// it can end all of it: on request, and when this program is killed. It holds the daemon's connection for as long, so
// that the daemon sees its end when nothing runs any more. What it cannot end: a process that another program starts
// for the plugin (systemd).
#ifndef PLEXUS_KEEPER_H
#define PLEXUS_KEEPER_H
#include <stdbool.h>
#include <sys/types.h>

enum keeper_order {
  ORDER_KILL = 'K',  // everything, then end
  ORDER_LEAVE = 'L', // end, and leave what the plugin has left behind
};

// In the keeper, before it starts the plugin.
void keeper_begin(void);
// In the keeper: serves `line` until the plugin has ended and nothing of it is left, or it gets an order.
_Noreturn void keeper_serve(int line, int link, pid_t plugin);

// On this side of the line.
void keeper_order(int line, enum keeper_order order);
// Whether the plugin has ended, and how; ended by SIGKILL if the keeper itself has.
bool keeper_ended(int line, int *status);
// Descriptors from `first` on are closed when another program is executed.
void close_on_exec_from(int first);
#endif
