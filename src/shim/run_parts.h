// What the two files of a run share: run.c starts and ends plugins, progress.c reads, writes and waits.
#ifndef PLEXUS_RUN_PARTS_H
#define PLEXUS_RUN_PARTS_H
#include "keeper.h"
#include "run.h"

void run_close(int *fd);
void run_forget(struct run *run);
// Puts FAILED into `out` and forgets the run.
void run_fail(struct run *run, enum reason why, const char *detail, struct buf *out);
void run_try_start(const struct runs *runs, struct run *run, struct buf *out);
// Gives the keeper an order, which it has to carry out within a bounded time.
void run_order(struct run *run, enum keeper_order order);
// Ends everything that the plugin has started; FAILED follows.
void run_kill_for(struct run *run, enum reason why, struct buf *out);
#endif
