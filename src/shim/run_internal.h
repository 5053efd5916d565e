// Shared by run.c, which starts and ends plugins, and progress.c, which reads, writes and waits.
#ifndef PLEXUS_RUN_INTERNAL_H
#define PLEXUS_RUN_INTERNAL_H
#include "keepers.h"
#include "run.h"

void run_close(int *fd);
void run_free(struct run *run);
// Puts FAILED into `out` and frees the run.
void run_fail(struct run *run, enum reason why, const char *detail, struct buf *out);
// Remembers that the RUN succeeded, for those that wait for it.
void run_note_success(struct runs *runs, uint32_t id);
void run_try_start(struct runs *runs, struct run *run, struct buf *out);
// After a plugin could not be started: tries again later, or puts FAILED into `out`.
void run_start_failed(struct run *run, int problem, struct buf *out);
// Writes as much of the input as the plugin's pipe takes.
void run_write_stdin(struct run *run);
// Sends a request to the keeper and sets the deadline for it.
void run_end(struct run *run, enum keeper_request request);
// Kills the plugin and its descendants. FAILED follows when they have ended.
void run_kill_for(struct run *run, enum reason why, struct buf *out);
#endif
