// One connection to the daemon: carries out its requests until the connection ends.
#ifndef PLEXUS_SERVE_H
#define PLEXUS_SERVE_H
#include "link.h"
#include "run.h"

enum outcome {
  PENDING, // not decided; never returned by serve
  RESULT,  // the daemon has answered
  LOST,    // the connection was lost
  TIMEOUT, // the deadline passed
  REFUSED, // the daemon or the shim rejected the other; `text` contains why
  SILENT,  // no WELCOME in time: the daemon did not receive the call
  STOPPED, // a second signal: exit at once
};

struct session {
  enum role role;
  const struct guard *guard;
  const char *version;      // of the shim
  int signals;              // signalfd: SIGCHLD, SIGTERM, SIGINT
  int64_t deadline;         // 0: none
  int64_t welcome_deadline; // for WELCOME on one connection; 0: none
  struct runs *runs;
  uint8_t exit_status; // with RESULT
  struct buf text;     // with RESULT: stdout; with REFUSED: why
  bool welcomed, stopping;
};

// Owns and closes `fd`. No plugin runs when it returns: after LOST it lets running plugins finish for a bounded time,
// else it kills them.
enum outcome serve(struct session *s, int fd);
// Writes HELLO, the first frame of a connection.
void put_hello(const struct session *s, struct buf *out);
// Writes CALL, the answer to WELCOME.
void put_call(const struct call *c, struct buf *out);
// Blocks the signals of `session.signals` and returns a descriptor that reads them.
int signals_open(void);
// Waits `ms`. Returns false if a signal requests the end.
bool pause_unless_stopped(const struct session *s, int ms);
#endif
