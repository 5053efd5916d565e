// One connection to the daemon: does what it asks for until it is over.
#ifndef PLEXUS_SERVE_H
#define PLEXUS_SERVE_H
#include "link.h"
#include "run.h"

enum outcome {
  GO_ON,   // none yet: never returned by serve
  RESULT,  // the daemon's answer is there
  LOST,    // the connection broke
  TIMEOUT, // the deadline passed
  REFUSED, // the daemon or this program does not want to talk to the other: `text` says why
  SILENT,  // the daemon has not greeted in time: it has begun nothing, and cannot begin it later
  STOPPED, // a second signal: end at once
};

struct session {
  enum role role;
  const struct guard *guard;
  const char *version;    // of this program
  int signals;            // signalfd: SIGCHLD, SIGTERM, SIGINT
  int64_t deadline;       // 0: none
  int64_t greeting_until; // of one connection; 0: for ever
  struct runs *runs;
  uint8_t exit_status; // with RESULT
  struct buf text;     // with RESULT: stdout; with REFUSED: why
  bool welcomed, stopping;
};

// Takes the descriptor over. Nothing runs any more when it returns: after LOST what had begun may end by itself for a
// while, everything else is killed.
enum outcome serve(struct session *s, int fd);
// What a connection begins with.
void put_hello(const struct session *s, struct buf *out);
// What follows when the daemon has greeted.
void put_call(const struct call *c, struct buf *out);
int signals_open(void);
// Waits that long. false: a signal asks this program to end.
bool pause_unless_stopped(const struct session *s, int ms);
#endif
