#include "netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPLY_BYTES = 64 * 1024, MOST_ADDRESS = 16, ANSWER_SECONDS = 5 };
#ifndef RTA_VIA
#define RTA_VIA 18
#endif

// ── a netlink socket inside a namespace ──────────────────────────────────────────────────────────────────────

struct netlink {
  int fd;
  uint32_t seq;
  char problem[256]; // of the last request that failed
};

// A socket stays in the namespace it was made in: this process is there for that moment only.
static int socket_in(const char *netns, char *problem, size_t size) {
  int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int there = open(netns, O_RDONLY | O_CLOEXEC);
  int fd = -1;
  if (there < 0) snprintf(problem, size, "%s", errno == ENOENT ? "it does not exist" : strerror(errno));
  else if (own < 0) snprintf(problem, size, "/proc is not mounted");
  else if (setns(there, CLONE_NEWNET) != 0) snprintf(problem, size, "%s", errno == EINVAL ? "it is no network namespace" : strerror(errno));
  else {
    fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) snprintf(problem, size, "%s", strerror(errno));
    if (setns(own, CLONE_NEWNET) != 0) _exit(3); // never run anything in the wrong namespace
  }
  if (own >= 0) close(own);
  if (there >= 0) close(there);
  return fd;
}

static bool netlink_open(struct netlink *nl, const char *netns) {
  *nl = (struct netlink){.seq = 1};
  nl->fd = socket_in(netns, nl->problem, sizeof nl->problem);
  if (nl->fd < 0) return false;
  int on = 1;
  struct timeval patience = {.tv_sec = ANSWER_SECONDS};
  setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return true;
}

typedef void (*on_message)(const struct nlmsghdr *h, void *into);

// the kernel's own words when it has some ("Nexthop has invalid gateway"), else those of the errno
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
      snprintf(nl->problem, sizeof nl->problem, "%s: %.*s", strerror(-e->error), (int)(a->nla_len - sizeof *a), (const char *)(a + 1));
    size_t step = NLA_ALIGN(a->nla_len);
    if (step >= left) return;
    left -= step;
    a = (const void *)((const char *)a + step);
  }
}

// 0, or the errno of the kernel's refusal (text in nl->problem); a dump calls `on` for each message
static int netlink_ask(struct netlink *nl, struct nlmsghdr *request, on_message on, void *into) {
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

struct request {
  struct nlmsghdr h;
  union {
    struct ifinfomsg link;
    struct ifaddrmsg address;
    struct rtmsg route;
  } u;
  char attributes[1024];
};

// Writes one attribute and returns how many bytes it takes.
static size_t write_attribute(char *at, uint16_t type, const void *data, size_t n) {
  struct rtattr a = {.rta_len = (unsigned short)RTA_LENGTH(n), .rta_type = type};
  memcpy(at, &a, sizeof a);
  memcpy(at + RTA_LENGTH(0), data, n);
  return RTA_ALIGN(RTA_LENGTH(n));
}

static char *end_of(struct request *q) { return (char *)q + NLMSG_ALIGN(q->h.nlmsg_len); }

static void add_attribute(struct request *q, uint16_t type, const void *data, size_t n) {
  q->h.nlmsg_len = NLMSG_ALIGN(q->h.nlmsg_len) + (uint32_t)write_attribute(end_of(q), type, data, n);
}

static int dump(struct netlink *nl, uint16_t type, uint8_t family, on_message on, void *into) {
  struct request q = {0};
  size_t n = type == RTM_GETLINK ? sizeof q.u.link : type == RTM_GETADDR ? sizeof q.u.address : sizeof q.u.route;
  q.h = (struct nlmsghdr){.nlmsg_len = (uint32_t)NLMSG_LENGTH(n), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP};
  if (type == RTM_GETROUTE) q.u.route.rtm_family = family;
  return netlink_ask(nl, &q.h, on, into);
}

// ── links ────────────────────────────────────────────────────────────────────────────────────────────────────

struct link {
  uint32_t index, mtu;
  bool up;
  char name[IFNAMSIZ], mac[3 * 32];
  struct buf addresses; // NUL-terminated texts
  uint32_t address_count;
};
struct links {
  struct link *all;
  size_t n;
};

static void format_mac(char *to, size_t size, const uint8_t *mac, size_t n) {
  to[0] = 0;
  for (size_t i = 0; i < n && 3 * i + 3 <= size; i++) snprintf(to + (i == 0 ? 0 : 3 * i - 1), 4, i == 0 ? "%02x" : ":%02x", mac[i]);
}

static void on_link(const struct nlmsghdr *h, void *into) {
  struct links *links = into;
  if (h->nlmsg_type != RTM_NEWLINK) return;
  const struct ifinfomsg *m = NLMSG_DATA(h);
  links->all = must_alloc(links->all, (links->n + 1) * sizeof *links->all);
  struct link *link = &links->all[links->n++];
  *link = (struct link){.index = (uint32_t)m->ifi_index, .up = (m->ifi_flags & IFF_UP) != 0};
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = IFLA_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == IFLA_IFNAME) snprintf(link->name, sizeof link->name, "%.*s", (int)RTA_PAYLOAD(a), (const char *)RTA_DATA(a));
    if (a->rta_type == IFLA_ADDRESS) format_mac(link->mac, sizeof link->mac, RTA_DATA(a), RTA_PAYLOAD(a));
    if (a->rta_type == IFLA_MTU) memcpy(&link->mtu, RTA_DATA(a), sizeof link->mtu);
  }
}

static void on_address(const struct nlmsghdr *h, void *into) {
  struct links *links = into;
  if (h->nlmsg_type != RTM_NEWADDR) return;
  const struct ifaddrmsg *m = NLMSG_DATA(h);
  const void *local = NULL, *address = NULL;
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = IFA_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == IFA_LOCAL) local = RTA_DATA(a);
    if (a->rta_type == IFA_ADDRESS) address = RTA_DATA(a);
  }
  char text[INET6_ADDRSTRLEN], with_prefix[INET6_ADDRSTRLEN + 8];
  if (local == NULL) local = address;
  if (local == NULL || inet_ntop(m->ifa_family, local, text, sizeof text) == NULL) return;
  snprintf(with_prefix, sizeof with_prefix, "%s/%u", text, m->ifa_prefixlen);
  for (size_t i = 0; i < links->n; i++) {
    if (links->all[i].index != m->ifa_index) continue;
    buf_put(&links->all[i].addresses, with_prefix, strlen(with_prefix) + 1);
    links->all[i].address_count++;
  }
}

static void links_free(struct links *links) {
  for (size_t i = 0; i < links->n; i++) buf_free(&links->all[i].addresses);
  free(links->all);
  *links = (struct links){0};
}

static void put_links(struct buf *out, uint32_t id, const struct links *links) {
  size_t begin = frame_begin(out, F_LINKS, id);
  put_u32(out, (uint32_t)links->n);
  for (size_t i = 0; i < links->n; i++) {
    const struct link *link = &links->all[i];
    put_text(out, link->name);
    put_text(out, link->mac);
    put_u32(out, link->mtu);
    put_u8(out, link->up);
    put_u32(out, link->address_count);
    const char *text = (const char *)link->addresses.data;
    for (uint32_t k = 0; k < link->address_count; k++, text += strlen(text) + 1) put_text(out, text);
  }
  frame_end(out, begin);
}

// the namespace's socket, or -1 with FAILED in `out`
static bool enter(struct netlink *nl, const char *netns, uint32_t id, const struct guard *g, struct buf *out) {
  const char *refused = guard_netns(g, netns);
  if (refused == NULL && netlink_open(nl, netns)) return true;
  if (refused == NULL) frame_failed(out, id, R_NETNS, nl->problem);
  else frame_failed(out, id, R_FORBIDDEN, refused);
  return false;
}

void netns_list_links(struct frame *frame, const struct guard *g, struct buf *out) {
  char *netns = get_text(&frame->body);
  struct netlink nl;
  if (frame->body.bad) frame_failed(out, frame->id, R_FORBIDDEN, "the request is damaged");
  else if (enter(&nl, netns, frame->id, g, out)) {
    struct links links = {0};
    bool ok = dump(&nl, RTM_GETLINK, AF_UNSPEC, on_link, &links) == 0 && dump(&nl, RTM_GETADDR, AF_UNSPEC, on_address, &links) == 0;
    if (ok) put_links(out, frame->id, &links);
    else frame_failed(out, frame->id, R_SYSTEM, nl.problem);
    links_free(&links);
    close(nl.fd);
  }
  free(netns);
}

// ── default routes ───────────────────────────────────────────────────────────────────────────────────────────

struct hop {
  uint32_t index;
  uint8_t family; // of the gateway; 0: none
  uint8_t gateway[MOST_ADDRESS];
};
enum { MOST_HOPS = 16, MOST_ROUTES = 64 };
struct route {
  bool has_metric;
  uint32_t metric;
  size_t n;
  struct hop hops[MOST_HOPS];
};
struct routes {
  size_t n;
  struct route all[MOST_ROUTES];
};

static size_t address_bytes(uint8_t family) { return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0; }

static void take_gateway(struct hop *hop, const struct rtattr *a, uint8_t family) {
  const uint8_t *data = RTA_DATA(a);
  size_t n = RTA_PAYLOAD(a);
  if (a->rta_type == RTA_VIA && n > 2) {
    memcpy(&family, data, 1); // sa_family, host order, and never above 255
    data += 2;
    n -= 2;
  }
  if (n != address_bytes(family)) return;
  hop->family = family;
  memcpy(hop->gateway, data, n);
}

static void take_hops(struct route *route, const struct rtattr *list, uint8_t family) {
  const struct rtnexthop *nh = RTA_DATA(list);
  size_t left = RTA_PAYLOAD(list);
  route->n = 0;
  while (left >= sizeof *nh && nh->rtnh_len >= sizeof *nh && nh->rtnh_len <= left && route->n < MOST_HOPS) {
    struct hop *hop = &route->hops[route->n++];
    *hop = (struct hop){.index = (uint32_t)nh->rtnh_ifindex};
    size_t inner = nh->rtnh_len - sizeof *nh;
    for (const struct rtattr *a = (const void *)(nh + 1); RTA_OK(a, inner); a = RTA_NEXT(a, inner))
      if (a->rta_type == RTA_GATEWAY || a->rta_type == RTA_VIA) take_gateway(hop, a, family);
    size_t step = RTNH_ALIGN(nh->rtnh_len);
    if (step >= left) break;
    left -= step;
    nh = RTNH_NEXT(nh);
  }
}

static void on_route(const struct nlmsghdr *h, void *into) {
  struct routes *routes = into;
  if (h->nlmsg_type != RTM_NEWROUTE || routes->n == MOST_ROUTES) return;
  const struct rtmsg *m = NLMSG_DATA(h);
  if (m->rtm_dst_len != 0 || m->rtm_type != RTN_UNICAST || (m->rtm_flags & RTM_F_CLONED)) return;
  struct route route = {.n = 1};
  uint32_t table = m->rtm_table;
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = RTM_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == RTA_TABLE) memcpy(&table, RTA_DATA(a), sizeof table);
    if (a->rta_type == RTA_OIF) memcpy(&route.hops[0].index, RTA_DATA(a), sizeof(uint32_t));
    if (a->rta_type == RTA_GATEWAY || a->rta_type == RTA_VIA) take_gateway(&route.hops[0], a, m->rtm_family);
    if (a->rta_type == RTA_MULTIPATH) take_hops(&route, a, m->rtm_family);
    if (a->rta_type == RTA_PRIORITY) {
      memcpy(&route.metric, RTA_DATA(a), sizeof route.metric);
      route.has_metric = true;
    }
  }
  if (table == RT_TABLE_MAIN) routes->all[routes->n++] = route;
}

static int by_strength(const void *a, const void *b) {
  const struct route *x = a, *y = b;
  return x->metric < y->metric ? -1 : x->metric > y->metric;
}

struct target {
  char *netns, *name;
  uint8_t family; // AF_INET, AF_INET6
  uint32_t index; // 0: there is no such interface
};

static void take_target(struct target *t, struct reader *r) {
  t->netns = get_text(r);
  t->name = get_text(r);
  uint8_t family = get_u8(r);
  t->family = family == 4 ? AF_INET : AF_INET6;
  t->index = 0;
  if (family != 4 && family != 6) r->bad = true;
}

static void target_free(struct target *t) {
  free(t->netns);
  free(t->name);
}

static bool read_routes(struct netlink *nl, struct target *t, struct routes *routes) {
  struct links links = {0};
  bool ok = dump(nl, RTM_GETLINK, AF_UNSPEC, on_link, &links) == 0 && dump(nl, RTM_GETROUTE, t->family, on_route, routes) == 0;
  for (size_t i = 0; i < links.n; i++)
    if (strcmp(links.all[i].name, t->name) == 0) t->index = links.all[i].index;
  links_free(&links);
  qsort(routes->all, routes->n, sizeof routes->all[0], by_strength);
  return ok;
}

static void put_routes(struct buf *out, uint32_t id, const struct routes *routes, uint32_t index) {
  struct buf list = {0};
  uint32_t n = 0;
  for (size_t i = 0; i < routes->n; i++) {
    const struct route *route = &routes->all[i];
    for (size_t k = 0; k < route->n; k++) {
      const struct hop *hop = &route->hops[k];
      char gateway[INET6_ADDRSTRLEN] = "";
      if (hop->index != index || index == 0) continue;
      if (hop->family != 0) inet_ntop(hop->family, hop->gateway, gateway, sizeof gateway);
      put_text(&list, gateway);
      put_u8(&list, route->has_metric);
      put_u32(&list, route->metric);
      n++;
    }
  }
  size_t begin = frame_begin(out, F_ROUTES, id);
  put_u32(out, n);
  buf_put(out, list.data, list.len);
  frame_end(out, begin);
  buf_free(&list);
}

void netns_get_routes(struct frame *frame, const struct guard *g, struct buf *out) {
  struct target t;
  struct netlink nl;
  take_target(&t, &frame->body);
  if (frame->body.bad) frame_failed(out, frame->id, R_FORBIDDEN, "the request is damaged");
  else if (enter(&nl, t.netns, frame->id, g, out)) {
    struct routes *routes = must_alloc(NULL, sizeof *routes);
    routes->n = 0;
    if (read_routes(&nl, &t, routes)) put_routes(out, frame->id, routes, t.index);
    else frame_failed(out, frame->id, R_SYSTEM, nl.problem);
    free(routes);
    close(nl.fd);
  }
  target_free(&t);
}

static size_t write_gateway(char *at, const struct hop *hop, uint8_t family) {
  if (hop->family == 0) return 0;
  if (hop->family == family) return write_attribute(at, RTA_GATEWAY, hop->gateway, address_bytes(family));
  char via[2 + MOST_ADDRESS] = {0}; // an IPv4 route may have an IPv6 gateway
  uint16_t sa_family = hop->family;
  memcpy(via, &sa_family, 2);
  memcpy(via + 2, hop->gateway, address_bytes(hop->family));
  return write_attribute(at, RTA_VIA, via, 2 + address_bytes(hop->family));
}

static void add_gateway(struct request *q, const struct hop *hop, uint8_t family) {
  q->h.nlmsg_len = NLMSG_ALIGN(q->h.nlmsg_len) + (uint32_t)write_gateway(end_of(q), hop, family);
}

static struct request route_request(uint16_t type, uint16_t flags, const struct target *t, const struct route *metric_of) {
  struct request q = {0};
  q.h = (struct nlmsghdr){.nlmsg_len = (uint32_t)NLMSG_LENGTH(sizeof q.u.route), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags};
  q.u.route = (struct rtmsg){.rtm_family = t->family, .rtm_table = RT_TABLE_MAIN};
  if (type == RTM_NEWROUTE) {
    q.u.route.rtm_protocol = RTPROT_BOOT;
    q.u.route.rtm_type = RTN_UNICAST;
  } else {
    q.u.route.rtm_scope = RT_SCOPE_NOWHERE;
  }
  if (metric_of->has_metric) add_attribute(&q, RTA_PRIORITY, &metric_of->metric, sizeof metric_of->metric);
  return q;
}

static int add_route(struct netlink *nl, const struct target *t, const struct route *wanted) {
  struct request q = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, t, wanted);
  if (wanted->hops[0].family == 0 && t->family == AF_INET) q.u.route.rtm_scope = RT_SCOPE_LINK;
  add_attribute(&q, RTA_OIF, &t->index, sizeof t->index);
  add_gateway(&q, &wanted->hops[0], t->family);
  return netlink_ask(nl, &q.h, NULL, NULL);
}

static int delete_hop(struct netlink *nl, const struct target *t, const struct route *route, const struct hop *hop) {
  struct request q = route_request(RTM_DELROUTE, 0, t, route);
  add_attribute(&q, RTA_OIF, &hop->index, sizeof hop->index);
  add_gateway(&q, hop, t->family);
  return netlink_ask(nl, &q.h, NULL, NULL);
}

// an IPv4 route over several interfaces is known as a whole only: it is written again without ours
static int keep_others(struct netlink *nl, const struct target *t, const struct route *route) {
  struct request q = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, t, route);
  char list[MOST_HOPS * (sizeof(struct rtnexthop) + 32)] = {0};
  size_t used = 0;
  for (size_t i = 0; i < route->n; i++) {
    const struct hop *hop = &route->hops[i];
    if (hop->index == t->index) continue;
    size_t n = write_gateway(list + used + sizeof(struct rtnexthop), hop, t->family);
    struct rtnexthop nh = {.rtnh_len = (unsigned short)(sizeof nh + n), .rtnh_ifindex = (int)hop->index};
    memcpy(list + used, &nh, sizeof nh);
    used += sizeof nh + n;
  }
  add_attribute(&q, RTA_MULTIPATH, list, used);
  return netlink_ask(nl, &q.h, NULL, NULL);
}

// Takes our interface out of one default route; what goes through other interfaces stays.
static int leave_out(struct netlink *nl, const struct target *t, const struct route *route) {
  size_t own = 0;
  for (size_t i = 0; i < route->n; i++) own += route->hops[i].index == t->index;
  if (own == 0) return 0;
  if (own < route->n && t->family == AF_INET) return keep_others(nl, t, route);
  if (t->family == AF_INET && own > 1) {
    struct request q = route_request(RTM_DELROUTE, 0, t, route);
    return netlink_ask(nl, &q.h, NULL, NULL);
  }
  for (size_t i = 0; i < route->n; i++) {
    if (route->hops[i].index != t->index) continue;
    int problem = delete_hop(nl, t, route, &route->hops[i]);
    if (problem != 0) return problem;
  }
  return 0;
}

static bool is_same(const struct target *t, const struct route *a, const struct route *wanted) {
  uint32_t kernel_default = t->family == AF_INET6 ? 1024 : 0;
  const struct hop *x = &a->hops[0], *y = &wanted->hops[0];
  return a->n == 1 && x->index == t->index && x->family == y->family && memcmp(x->gateway, y->gateway, MOST_ADDRESS) == 0 &&
         (a->has_metric ? a->metric : kernel_default) == (wanted->has_metric ? wanted->metric : kernel_default);
}

static bool has_same(const struct target *t, const struct routes *in, const struct route *route, bool present_first) {
  for (size_t i = 0; i < in->n; i++)
    if (present_first ? is_same(t, &in->all[i], route) : is_same(t, route, &in->all[i])) return true;
  return false;
}

static void take_wanted(struct routes *wanted, struct reader *r) {
  size_t n = get_u32(r);
  if (n > MOST_ROUTES) r->bad = true;
  for (size_t i = 0; i < n && !r->bad; i++) {
    struct route *route = &wanted->all[wanted->n++];
    *route = (struct route){.n = 1};
    char *gateway = get_text(r);
    route->has_metric = get_u8(r) != 0;
    route->metric = get_u32(r);
    struct hop *hop = &route->hops[0];
    if (gateway[0] != 0) {
      hop->family = strchr(gateway, ':') == NULL ? AF_INET : AF_INET6;
      if (inet_pton(hop->family, gateway, hop->gateway) != 1) r->bad = true;
    }
    free(gateway);
  }
}

// what is right already stays untouched, so that traffic is not interrupted
static int change_routes(struct netlink *nl, const struct target *t, const struct routes *present, struct routes *wanted) {
  for (size_t i = 0; i < present->n; i++) {
    int problem = has_same(t, wanted, &present->all[i], false) ? 0 : leave_out(nl, t, &present->all[i]);
    if (problem != 0) return problem;
  }
  for (size_t i = 0; i < wanted->n; i++) {
    if (has_same(t, present, &wanted->all[i], true)) continue;
    if (t->index == 0) return snprintf(nl->problem, sizeof nl->problem, "there is no interface \"%.20s\"", t->name), ENODEV;
    int problem = add_route(nl, t, &wanted->all[i]);
    if (problem != 0) return problem;
  }
  return 0;
}

static void set_routes(struct netlink *nl, struct target *t, struct routes *wanted, uint32_t id, struct buf *out) {
  struct routes *present = must_alloc(NULL, sizeof *present);
  present->n = 0;
  if (!read_routes(nl, t, present)) {
    frame_failed(out, id, R_SYSTEM, nl->problem);
  } else {
    for (size_t i = 0; i < wanted->n; i++) wanted->all[i].hops[0].index = t->index;
    if (change_routes(nl, t, present, wanted) != 0) frame_failed(out, id, R_ROUTES, nl->problem);
    else frame_end(out, frame_begin(out, F_DONE, id));
  }
  free(present);
}

void netns_set_routes(struct frame *frame, const struct guard *g, struct buf *out) {
  struct target t;
  struct netlink nl;
  struct routes *wanted = must_alloc(NULL, sizeof *wanted);
  wanted->n = 0;
  take_target(&t, &frame->body);
  take_wanted(wanted, &frame->body);
  if (frame->body.bad) {
    frame_failed(out, frame->id, R_FORBIDDEN, "the request is damaged");
  } else if (enter(&nl, t.netns, frame->id, g, out)) {
    set_routes(&nl, &t, wanted, frame->id, out);
    close(nl.fd);
  }
  free(wanted);
  target_free(&t);
}
