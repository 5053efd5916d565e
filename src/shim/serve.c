#include "serve.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "links.h"
#include "routes.h"
#include "text.h"

enum { READ_BYTES = 64 * 1024, MAX_UNSENT = 1024 * 1024, FINISH_MS = 10000 };

int signals_open(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool pause_unless_stopped(const struct session *s, int ms) {
  struct pollfd p = {.fd = s->signals, .events = POLLIN};
  int64_t until = now_ms() + ms;
  for (int64_t left = ms; left > 0; left = until - now_ms()) {
    struct signalfd_siginfo info;
    if (poll(&p, 1, (int)left) <= 0) continue;
    while (read(s->signals, &info, sizeof info) == sizeof info)
      if (info.ssi_signo != SIGCHLD) return false;
  }
  return true;
}

// ── To the daemon ────────────────────────────────────────────────────────────────────────────────────────────

extern char **environ;
static bool is_forwarded(const char *var) {
  static const char *const names[] = {"CNI_", "PATH=", "TRACEPARENT=", "TRACESTATE=", "BAGGAGE="};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strncmp(var, names[i], strlen(names[i])) == 0) return true;
  return false;
}

void put_hello(const struct session *s, struct buf *out) {
  size_t begin = frame_begin(out, F_HELLO, 0);
  put_u16(out, LINK_MAJOR);
  put_u16(out, LINK_MINOR);
  put_u8(out, (uint8_t)s->role);
  put_text(out, s->version);
  put_text(out, s->guard->call->path);
  frame_end(out, begin);
}

void put_call(const struct call *c, struct buf *out) {
  size_t begin = frame_begin(out, F_CALL, 0);
  put_u8(out, c->netns_is_host);
  uint32_t n = 0;
  for (char **var = environ; *var != NULL; var++) n += is_forwarded(*var);
  put_u32(out, n);
  for (char **var = environ; *var != NULL; var++)
    if (is_forwarded(*var)) put_text(out, *var);
  put_bytes(out, c->stdin_bytes.data, c->stdin_bytes.len);
  frame_end(out, begin);
}

// ── From the daemon ──────────────────────────────────────────────────────────────────────────────────────────

static enum outcome refuse(struct session *s, const char *text) {
  s->text.len = 0;
  buf_puts(&s->text, text);
  return REFUSED;
}

// The call is sent only after WELCOME, so that a stopped or hanging daemon cannot start it later.
static enum outcome on_welcome(struct session *s, struct reader *r, struct buf *out) {
  unsigned major = get_u16(r), minor = get_u16(r);
  char *version = get_text(r), text[256];
  if (!r->bad && major == LINK_MAJOR) {
    if (!s->welcomed && s->role == ROLE_CALL) put_call(s->guard->call, out);
    s->welcomed = true;
    free(version);
    return PENDING;
  }
  snprintf(text, sizeof text, "the daemon (%.40s) uses host link %u.%u, the shim (%.40s) uses %d.%d", version, major,
           minor, s->version, LINK_MAJOR, LINK_MINOR);
  free(version);
  return refuse(s, text);
}

static enum outcome on_result(struct session *s, struct reader *r) {
  s->exit_status = get_u8(r);
  struct bytes answer = get_bytes(r);
  if (r->bad) return refuse(s, "the daemon's answer is malformed");
  s->text.len = 0;
  buf_put(&s->text, answer.data, answer.len);
  return RESULT;
}

static enum outcome on_refused(struct session *s, struct reader *r) {
  char *why = get_text(r);
  enum outcome outcome = refuse(s, why);
  free(why);
  return outcome;
}

static enum outcome on_frame(struct session *s, struct frame *f, struct buf *out) {
  if (f->type == F_WELCOME) return on_welcome(s, &f->body, out);
  if (f->type == F_REFUSED) return on_refused(s, &f->body);
  if (!s->welcomed) return refuse(s, "the daemon did not start with WELCOME");
  switch (f->type) {
    case F_RESULT: return on_result(s, &f->body);
    case F_RUN: runs_start(s->runs, f, s->guard, out); break;
    case F_KILL: runs_kill(s->runs, f->id, out); break;
    case F_LIST_LINKS: links_list(f, s->guard, out); break;
    case F_GET_ROUTES: routes_get(f, s->guard, out); break;
    case F_SET_ROUTES: routes_set(f, s->guard, out); break;
    default: frame_failed(out, f->id, R_UNKNOWN, "the shim is older and does not support that request");
  }
  return PENDING;
}

static enum outcome receive(int fd, struct buf *in) {
  buf_need(in, READ_BYTES);
  ssize_t n = recv(fd, in->data + in->len, READ_BYTES, 0);
  if (n == 0) return LOST;
  if (n < 0) return errno == EAGAIN || errno == EINTR ? PENDING : LOST;
  in->len += (size_t)n;
  return PENDING;
}

static bool send_some(int fd, struct buf *out) {
  size_t sent = 0;
  while (sent < out->len) {
    ssize_t n = send(fd, out->data + sent, out->len - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    sent += (size_t)n;
  }
  bool is_open = sent == out->len || errno == EAGAIN;
  buf_drop(out, sent);
  return is_open;
}

// The first signal requests the daemon to cancel and undo the call; the second ends the shim.
static bool read_signals(struct session *s, struct buf *out) {
  struct signalfd_siginfo info;
  while (read(s->signals, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGCHLD) continue;
    if (s->stopping || s->role == ROLE_AGENT) return false;
    s->stopping = true;
    size_t begin = frame_begin(out, F_CANCEL, 0);
    put_text(out, info.ssi_signo == SIGTERM ? "received SIGTERM" : "received SIGINT");
    frame_end(out, begin);
  }
  return true;
}

static int poll_timeout(const struct session *s) {
  int64_t next = runs_next_deadline(s->runs);
  if (s->deadline != 0 && (next == 0 || s->deadline < next)) next = s->deadline;
  int64_t welcome = s->welcomed ? 0 : s->welcome_deadline;
  if (welcome != 0 && (next == 0 || welcome < next)) next = welcome;
  if (next == 0) return -1;
  int64_t ms = next - now_ms();
  return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

static bool runs_plugins(const struct session *s) {
  const char *command = s->guard->call->command;
  return s->role == ROLE_CALL && (equals(command, "ADD") || equals(command, "DEL") || equals(command, "CHECK"));
}

// Handles at most one frame, so that deadline, signals and plugins are served between two frames. Takes no frame, and
// receives nothing, while the daemon leaves MAX_UNSENT bytes of answers unread.
static enum outcome serve_once(struct session *s, int fd, struct buf *in, struct buf *out) {
  static struct pollfd fds[2 + MAX_RUNS * FDS_PER_RUN];
  struct frame frame;
  bool is_drained = out->len < MAX_UNSENT;
  long size = is_drained ? frame_next(in, &frame) : 0;
  fds[0] = (struct pollfd){.fd = fd, .events = is_drained && size == 0 ? POLLIN : 0};
  if (out->len > 0) fds[0].events |= POLLOUT;
  fds[1] = (struct pollfd){.fd = s->signals, .events = POLLIN};
  int n = runs_poll(s->runs, fds + 2);
  if (poll(fds, (nfds_t)n + 2, size == 0 ? poll_timeout(s) : 0) < 0 && errno != EINTR) return LOST;
  if (s->deadline != 0 && now_ms() >= s->deadline) return TIMEOUT;
  if (!s->welcomed && s->welcome_deadline != 0 && now_ms() >= s->welcome_deadline) return SILENT;
  if (fds[1].revents != 0 && !read_signals(s, out)) return STOPPED;
  runs_advance(s->runs, fds + 2, n, out);
  enum outcome outcome = PENDING;
  if (size < 0) return refuse(s, "the daemon sent a malformed frame");
  if (size > 0) {
    outcome = on_frame(s, &frame, out);
    buf_drop(in, (size_t)size);
  } else if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
    outcome = receive(fd, in);
  }
  if (outcome != PENDING) return outcome;
  if (!send_some(fd, out)) return LOST;
  if (s->welcomed && runs_plugins(s)) runs_prepare(s->runs);
  runs_start_due(s->runs, s->guard, out); // only while the connection exists, and after the answers that it follows
  return PENDING;
}

// After a lost connection, lets running plugins finish: an interrupted one may leave state that no DEL cleans up
// (host-local: a lease without an owner). Drops their results. A signal that ends the wait is reported as STOPPED.
static enum outcome wait_for_plugins(struct session *s, struct buf *out) {
  static struct pollfd fds[1 + MAX_RUNS * FDS_PER_RUN];
  int64_t until = now_ms() + FINISH_MS;
  if (s->deadline != 0 && s->deadline < until) until = s->deadline;
  while (runs_in_flight(s->runs) && now_ms() < until) {
    fds[0] = (struct pollfd){.fd = s->signals, .events = POLLIN};
    int n = runs_poll(s->runs, fds + 1);
    int64_t left = until - now_ms();
    int ms = poll_timeout(s);
    if (poll(fds, (nfds_t)n + 1, ms < 0 || ms > left ? (int)left : ms) < 0 && errno != EINTR) return LOST;
    if (fds[0].revents != 0 && !read_signals(s, out)) return STOPPED;
    runs_advance(s->runs, fds + 1, n, out);
    out->len = 0;
  }
  return LOST;
}

enum outcome serve(struct session *s, int fd) {
  struct buf in = {0}, out = {0};
  s->welcomed = false;
  runs_set_link(s->runs, fd);
  put_hello(s, &out);
  enum outcome outcome = send_some(fd, &out) ? PENDING : LOST;
  while (outcome == PENDING) outcome = serve_once(s, fd, &in, &out);
  shutdown(fd, SHUT_RDWR); // keepers hold copies of the descriptor
  close(fd);
  if (outcome == LOST) outcome = wait_for_plugins(s, &out);
  runs_kill_all(s->runs);
  buf_free(&in);
  buf_free(&out);
  return outcome;
}
