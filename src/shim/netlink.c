#include "netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

enum { REPLY_BYTES = 64 * 1024, MAX_ANSWER_MS = 5000, DUMP_TRIES = 5 };

// A socket stays in the namespace where it was created, so the process enters the namespace only for that call.
static int socket_in(int namespace, char *problem, size_t size) {
  int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int fd = -1;
  if (own < 0) snprintf(problem, size, "/proc is not mounted");
  else if (setns(namespace, CLONE_NEWNET) != 0) snprintf(problem, size, "%s", strerror(errno));
  else {
    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) snprintf(problem, size, "%s", strerror(errno));
    if (setns(own, CLONE_NEWNET) != 0) _exit(3); // never run anything in the wrong namespace
  }
  if (own >= 0) close(own);
  return fd;
}

static bool open_in(struct netlink *nl, int namespace) {
  *nl = (struct netlink){.seq = 1};
  nl->fd = socket_in(namespace, nl->problem, sizeof nl->problem);
  if (nl->fd < 0) return false;
  int on = 1;
  struct timeval timeout = {.tv_sec = MAX_ANSWER_MS / 1000};
  setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  return true;
}

bool netlink_enter(struct netlink *nl, const char *netns, uint32_t id, const struct guard *g, struct buf *out) {
  int namespace;
  struct refusal no = guard_open_netns(g, netns, &namespace);
  if (no.detail == NULL && !open_in(nl, namespace)) no = (struct refusal){R_NETNS, nl->problem};
  if (namespace >= 0) close(namespace);
  if (no.detail == NULL) return true;
  frame_failed(out, id, no.why, no.detail);
  return false;
}

// Uses the kernel's extended message ("Nexthop has invalid gateway") if there is one, else the text of the errno.
static void read_error(struct netlink *nl, const struct nlmsghdr *h) {
  const struct nlmsgerr *e = NLMSG_DATA(h);
  snprintf(nl->problem, sizeof nl->problem, "%s", strerror(-e->error));
  if (!(h->nlmsg_flags & NLM_F_ACK_TLVS)) return;
  size_t skip = sizeof *e + (h->nlmsg_flags & NLM_F_CAPPED ? 0 : e->msg.nlmsg_len - NLMSG_HDRLEN);
  skip = NLMSG_ALIGN(skip);
  if (NLMSG_PAYLOAD(h, 0) < skip) return;
  const struct nlattr *a = (const void *)((const char *)e + skip);
  size_t left = NLMSG_PAYLOAD(h, 0) - skip;
  while (left >= sizeof *a && a->nla_len >= sizeof *a && a->nla_len <= left) {
    if ((a->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
      snprintf(nl->problem, sizeof nl->problem, "%s: %.*s", strerror(-e->error), (int)(a->nla_len - sizeof *a),
               (const char *)(a + 1));
    size_t step = NLA_ALIGN(a->nla_len);
    if (step >= left) return;
    left -= step;
    a = (const void *)((const char *)a + step);
  }
}

static int fail(struct netlink *nl, int problem, const char *why) {
  snprintf(nl->problem, sizeof nl->problem, "%s", why);
  return problem;
}

enum { UNFINISHED = -1 };
struct answer {
  uint32_t seq;
  on_message on;
  void *into;
  bool is_disturbed; // the dump may lack entries, or contain some twice
};

static int on_reply(struct netlink *nl, struct answer *answer, const struct nlmsghdr *h) {
  int problem = 0;
  if (h->nlmsg_flags & NLM_F_DUMP_INTR) answer->is_disturbed = true;
  if (h->nlmsg_type == NLMSG_ERROR) {
    problem = -((const struct nlmsgerr *)NLMSG_DATA(h))->error;
    if (problem != 0) read_error(nl, h);
    return problem;
  }
  if (h->nlmsg_type == NLMSG_DONE) {
    if (NLMSG_PAYLOAD(h, 0) >= sizeof problem) memcpy(&problem, NLMSG_DATA(h), sizeof problem);
    if (problem < 0) return fail(nl, -problem, strerror(-problem));
    return answer->is_disturbed ? fail(nl, EINTR, "the kernel's list kept changing while it was read") : 0;
  }
  const char *why = answer->on == NULL || answer->is_disturbed ? NULL : answer->on(h, answer->into);
  return why == NULL ? UNFINISHED : fail(nl, E2BIG, why);
}

static int receive(struct netlink *nl, struct answer *answer) {
  static char reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
  ssize_t n = recv(nl->fd, reply, sizeof reply, MSG_TRUNC);
  if (n < 0) return errno == EINTR ? UNFINISHED : fail(nl, errno, strerror(errno));
  if ((size_t)n > sizeof reply) return fail(nl, EMSGSIZE, "the kernel described one entry in more than 64 KiB");
  size_t left = (size_t)n;
  int result = UNFINISHED;
  for (struct nlmsghdr *h = (void *)reply; result == UNFINISHED && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
    if (h->nlmsg_seq == answer->seq) result = on_reply(nl, answer, h);
  return result;
}

static int request_with(struct netlink *nl, struct nlmsghdr *request, on_message on, void *into) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  struct answer answer = {.seq = nl->seq++, .on = on, .into = into};
  int64_t until = now_ms() + MAX_ANSWER_MS;
  request->nlmsg_seq = answer.seq;
  if (sendto(nl->fd, request, request->nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
    return fail(nl, errno, strerror(errno));
  int result = UNFINISHED;
  while (result == UNFINISHED && now_ms() < until) result = receive(nl, &answer);
  return result == UNFINISHED ? fail(nl, ETIMEDOUT, "the kernel's answer took too long") : result;
}

int netlink_request(struct netlink *nl, struct nlmsghdr *request) { return request_with(nl, request, NULL, NULL); }

size_t write_attribute(char *at, uint16_t type, const void *data, size_t n) {
  struct rtattr a = {.rta_len = (unsigned short)RTA_LENGTH(n), .rta_type = type};
  memcpy(at, &a, sizeof a);
  memcpy(at + RTA_LENGTH(0), data, n);
  return RTA_ALIGN(RTA_LENGTH(n));
}

char *end_of(struct request *q) { return (char *)q + NLMSG_ALIGN(q->h.nlmsg_len); }

void add_attribute(struct request *q, uint16_t type, const void *data, size_t n) {
  q->h.nlmsg_len = NLMSG_ALIGN(q->h.nlmsg_len) + (uint32_t)write_attribute(end_of(q), type, data, n);
}

int netlink_dump(struct netlink *nl, uint16_t type, uint8_t family, on_message on, void *into) {
  struct request q = {0};
  size_t n = type == RTM_GETLINK ? sizeof q.u.link : type == RTM_GETADDR ? sizeof q.u.address : sizeof q.u.route;
  q.h = (struct nlmsghdr){
      .nlmsg_len = (uint32_t)NLMSG_LENGTH(n), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP};
  if (type == RTM_GETROUTE) q.u.route.rtm_family = family;
  int problem = EINTR;
  for (int tries = 0; problem == EINTR && tries < DUMP_TRIES; tries++) {
    on(NULL, into);
    problem = request_with(nl, &q.h, on, into);
  }
  return problem;
}
