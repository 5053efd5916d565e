// One connection to the daemon: does what it asks for until it is over.
#ifndef PLEXUS_SERVE_H
#define PLEXUS_SERVE_H
#include "link.h"
#include "run.h"

enum outcome {
  GO_ON,    // none yet: never returned by serve
  RESULT,   // the daemon's answer is there
  LOST,     // the connection broke
  TIMEOUT,  // the deadline passed
  REFUSED,  // the daemon or this program does not want to talk to the other: `text` says why
  STOPPED,  // a second signal: end at once
};

struct session {
  enum role role;
  const struct guard *guard;
  const char *version; // of this program
  int signals;         // signalfd: SIGCHLD, SIGTERM, SIGINT
  int64_t deadline;    // 0: none
  struct runs *runs;
  uint8_t exit_status; // with RESULT
  struct buf text;     // with RESULT: stdout; with REFUSED: why
  bool welcomed, stopping;
};

// Takes the descriptor over. Nothing runs any more when it returns: after LOST what had begun may end by itself for a
// while, everything else is killed.
enum outcome serve(struct session *s, int fd);
// HELLO and, from a plugin, CALL: what a connection begins with.
void say_hello(const struct session *s, struct buf *out);
int signals_open(void);
// Waits that long. false: a signal asks this program to end.
bool pause_unless_stopped(const struct session *s, int ms);
#endif
