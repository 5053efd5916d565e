// The host link: frames between the shim and the daemon (docs/host-link.md).
#ifndef PLEXUS_LINK_H
#define PLEXUS_LINK_H
#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

#ifndef LINK_MAJOR
#define LINK_MAJOR 1
#endif
#ifndef LINK_MINOR
#define LINK_MINOR 1
#endif
#define MAX_FRAME_BYTES (32u * 1024 * 1024)

enum frame_type {
  F_HELLO = 1,
  F_CALL = 2,
  F_CANCEL = 3,
  F_RAN = 4,
  F_LINKS = 5,
  F_ROUTES = 6,
  F_DONE = 7,
  F_FAILED = 8,
  F_WELCOME = 65,
  F_REFUSED = 66,
  F_RUN = 67,
  F_KILL = 68,
  F_LIST_LINKS = 69,
  F_GET_ROUTES = 70,
  F_SET_ROUTES = 71,
  F_RESULT = 72,
};
enum role { ROLE_CALL = 1, ROLE_AGENT = 2 };
enum reason {
  R_MISSING = 1,
  R_NOT_RUNNABLE = 2,
  R_TOO_LONG = 3,
  R_DEADLINE = 4,
  R_FORBIDDEN = 5,
  R_NETNS = 6,
  R_ROUTES = 7,
  R_KILLED = 8,
  R_UNKNOWN = 9,
  R_SYSTEM = 10,
  R_SKIPPED = 11,
};

struct frame {
  uint8_t type;
  uint32_t id;
  struct reader body;
};

// To write a frame: frame_begin, put the body, frame_end with the result of frame_begin.
size_t frame_begin(struct buf *out, uint8_t type, uint32_t id);
void frame_end(struct buf *out, size_t begin);
void frame_failed(struct buf *out, uint32_t id, enum reason why, const char *detail);

// The first whole frame of `in` and its size; 0 when more bytes are needed, -1 when it can be none. `frame` points into
// `in`.
long frame_next(const struct buf *in, struct frame *frame);

// Returns a connected socket, or -1 with errno. The peer must be root.
int link_connect(const char *path);
#endif
