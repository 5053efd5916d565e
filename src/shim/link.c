#include "link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HEAD = 4, FIXED = 5 };

size_t frame_begin(struct buf *out, uint8_t type, uint32_t id) {
  size_t begin = out->len;
  put_u32(out, 0);
  put_u8(out, type);
  put_u32(out, id);
  return begin;
}

void frame_end(struct buf *out, size_t begin) {
  uint32_t n = (uint32_t)(out->len - begin - HEAD);
  uint8_t head[HEAD] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
  memcpy(out->data + begin, head, HEAD);
}

void frame_failed(struct buf *out, uint32_t id, enum reason why, const char *detail) {
  size_t begin = frame_begin(out, F_FAILED, id);
  put_u8(out, (uint8_t)why);
  put_text(out, detail);
  frame_end(out, begin);
}

long frame_next(const struct buf *in, struct frame *frame) {
  if (in->len < HEAD) return 0;
  struct reader r = {in->data, in->data + in->len, false};
  uint32_t n = get_u32(&r);
  if (n < FIXED || n > MAX_FRAME_BYTES) return -1;
  if (in->len - HEAD < n) return 0;
  frame->type = get_u8(&r);
  frame->id = get_u32(&r);
  frame->body = (struct reader){r.at, in->data + HEAD + n, false};
  return (long)HEAD + (long)n;
}

int link_connect(const char *path) {
  struct sockaddr_un addr = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof addr.sun_path) return errno = ENAMETOOLONG, -1;
  strcpy(addr.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  struct ucred peer;
  socklen_t size = sizeof peer;
  // connect on a unix socket never blocks (EAGAIN: the queue of the socket is full)
  if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0 &&
      getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
    if (peer.uid == 0) return fd;
    errno = EPERM;
  }
  int problem = errno;
  close(fd);
  return errno = problem, -1;
}
