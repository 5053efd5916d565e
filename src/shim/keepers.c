#include "keepers.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "buf.h"

// execve refuses more than 2 MiB of arguments and variables unless the stack may grow beyond its usual 8 MiB.
enum { MAX_TEXTS = 2 * 1024 * 1024, SEND_BYTES = 4 * 1024 * 1024 };

static int create(struct keepers *ks, struct keeper *k) {
  int ends[2], bytes = SEND_BYTES;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  pid_t pid = fork();
  if (pid == 0) keeper_serve(ends[1], ks->link, &ks->files);
  int problem = errno;
  close(ends[1]);
  if (pid < 0) return close(ends[0]), problem;
  setsockopt(ends[0], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
  *k = (struct keeper){.pid = pid, .control = ends[0]};
  return 0;
}

// Returns an idle keeper, or a place for another one.
static struct keeper *find(struct keepers *ks, bool is_idle) {
  for (int i = 0; i < MAX_KEEPERS; i++)
    if ((ks->all[i].pid != 0) == is_idle && !ks->all[i].is_busy) return &ks->all[i];
  return NULL;
}

void keepers_prepare(struct keepers *ks) {
  for (int i = 0; i < MAX_KEEPERS; i++)
    if (ks->all[i].pid != 0) return;
  if (create(ks, &ks->all[0]) != 0) return; // keepers_take tries again, and reports
}

struct keeper *keepers_take(struct keepers *ks) {
  struct keeper *k = find(ks, true);
  if (k == NULL && (k = find(ks, false)) == NULL) return errno = EAGAIN, NULL;
  int problem = k->pid == 0 ? create(ks, k) : 0;
  if (problem != 0) return errno = problem, NULL;
  k->is_busy = true;
  return k;
}

static void close_control(struct keeper *k) {
  if (k->control >= 0) close(k->control);
  k->control = -1;
}

void keepers_forget(struct keeper *k) {
  close_control(k);
  *k = (struct keeper){0};
}

void keepers_release(struct keepers *ks, struct keeper *k) {
  int idle = 0;
  for (int i = 0; i < MAX_KEEPERS; i++) idle += ks->all[i].pid != 0 && !ks->all[i].is_busy;
  k->is_busy = false;
  if (idle >= ks->max_idle) keepers_forget(k); // it exits when its connection ends
}

void keepers_dismiss(struct keepers *ks) {
  for (int i = 0; i < MAX_KEEPERS; i++)
    if (ks->all[i].pid != 0 && !ks->all[i].is_busy) keepers_forget(&ks->all[i]);
}

bool keepers_has(const struct keepers *ks, pid_t pid) {
  for (int i = 0; i < MAX_KEEPERS; i++)
    if (ks->all[i].pid == pid) return true;
  return false;
}

// ── Requests and events ──────────────────────────────────────────────────────────────────────────────────────

static int send_start(int control, const struct buf *bytes, const int fds[static PLUGIN_FDS]) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(PLUGIN_FDS * sizeof(int))];
  } rights = {0};
  struct iovec part = {bytes->data, bytes->len};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof rights};
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(PLUGIN_FDS * sizeof(int));
  memcpy(CMSG_DATA(c), fds, PLUGIN_FDS * sizeof(int));
  ssize_t n = sendmsg(control, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return n < 0 ? errno : (size_t)n == bytes->len ? 0 : E2BIG;
}

int keeper_start(const struct keeper *k, const char *file, char **vars, const int fds[static PLUGIN_FDS]) {
  struct keeper_program program = {.texts = 1, .bytes = strlen(file) + 1};
  for (char **var = vars; *var != NULL; var++, program.texts++) program.bytes += strlen(*var) + 1;
  if (program.bytes > MAX_TEXTS) return E2BIG;
  struct buf bytes = {0};
  put_u8(&bytes, KEEPER_START);
  buf_put(&bytes, &program, sizeof program);
  buf_put(&bytes, file, strlen(file) + 1);
  for (char **var = vars; *var != NULL; var++) buf_put(&bytes, *var, strlen(*var) + 1);
  int problem = send_start(k->control, &bytes, fds);
  buf_free(&bytes);
  return problem;
}

void keeper_send(const struct keeper *k, enum keeper_request request) {
  char byte = (char)request;
  if (k->control >= 0 && send(k->control, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return; // the keeper has ended
}

bool keeper_event(const struct keeper *k, struct keeper_event *event) {
  ssize_t n = recv(k->control, event, sizeof *event, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n != sizeof *event) *event = (struct keeper_event){.status = SIGKILL};
  return true;
}
