#include "netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPLY_BYTES = 64 * 1024, ANSWER_SECONDS = 5 };

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
  struct timeval timeout = {.tv_sec = ANSWER_SECONDS};
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

int netlink_request(struct netlink *nl, struct nlmsghdr *request, on_message on, void *into) {
  request->nlmsg_seq = nl->seq++;
  static char reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  if (sendto(nl->fd, request, request->nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) goto failed;
  for (;;) {
    ssize_t n = recv(nl->fd, reply, sizeof reply, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) goto failed;
    size_t left = (size_t)n;
    for (struct nlmsghdr *h = (void *)reply; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
      if (h->nlmsg_seq != request->nlmsg_seq) continue;
      if (h->nlmsg_type == NLMSG_DONE) return 0;
      if (h->nlmsg_type == NLMSG_ERROR) {
        int problem = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
        if (problem != 0) read_error(nl, h);
        return problem;
      }
      if (on != NULL) on(h, into);
    }
  }
failed:
  snprintf(nl->problem, sizeof nl->problem, "%s", strerror(errno));
  return errno == 0 ? EIO : errno;
}

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
  return netlink_request(nl, &q.h, on, into);
}
