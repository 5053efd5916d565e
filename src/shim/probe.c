#include "probe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "link.h"

enum { ANSWER_BYTES = 4096 };

static int failed(const char *socket, const char *problem) {
  fprintf(stderr, "plexus probe: %s: %s\n", socket, problem);
  return 1;
}

// Reads the answer until its end or until `answer` is full, and terminates it with a NUL. Returns its length, or -1
// with errno.
static ssize_t read_answer(int fd, char *answer, size_t room, int64_t until) {
  size_t len = 0;
  while (len + 1 < room) {
    int64_t left = until - now_ms();
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    int ready = left > 0 ? poll(&readable, 1, (int)left) : 0;
    if (ready == 0) return errno = ETIMEDOUT, -1;
    ssize_t n = ready < 0 ? -1 : read(fd, answer + len, room - len - 1);
    if (n == 0) break;
    if (n < 0 && errno != EINTR && errno != EAGAIN) return -1;
    if (n > 0) len += (size_t)n;
  }
  answer[len] = 0;
  return (ssize_t)len;
}

// Uses HTTP/1.0, so that the daemon closes the connection after its answer.
static int request(const char *socket, int fd, const char *path, int wait_ms) {
  char text[256], answer[ANSWER_BYTES];
  int len = snprintf(text, sizeof text, "GET %s HTTP/1.0\r\n\r\n", path);
  if (len < 0 || (size_t)len >= sizeof text) return failed(socket, "the path is too long");
  if (send(fd, text, (size_t)len, MSG_NOSIGNAL) != len) return failed(socket, strerror(errno));
  ssize_t got = read_answer(fd, answer, sizeof answer, now_ms() + wait_ms);
  if (got < 0) return failed(socket, errno == ETIMEDOUT ? "the daemon does not answer in time" : strerror(errno));
  const char *body = strstr(answer, "\r\n\r\n"); // after "HTTP/1.1 200 OK" and the headers
  if (strncmp(answer, "HTTP/1.", 7) != 0 || got < 12 || body == NULL) return failed(socket, "the answer is not HTTP");
  bool is_healthy = strncmp(answer + 8, " 200", 4) == 0;
  fputs(body + 4, is_healthy ? stdout : stderr);
  return is_healthy ? 0 : 1;
}

int probe(const char *socket, const char *path, int wait_ms) {
  int fd = link_connect(socket);
  if (fd < 0) return failed(socket, strerror(errno));
  int status = request(socket, fd, path, wait_ms);
  close(fd);
  return status;
}
