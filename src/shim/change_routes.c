#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routes.h"

static size_t write_gateway(char *at, const struct hop *hop, uint8_t family) {
  if (hop->family == 0) return 0;
  if (hop->family == family) return write_attribute(at, RTA_GATEWAY, hop->gateway, address_bytes(family));
  char via[2 + MAX_ADDRESS] = {0}; // an IPv4 route with an IPv6 gateway
  uint16_t sa_family = hop->family;
  memcpy(via, &sa_family, 2);
  memcpy(via + 2, hop->gateway, address_bytes(hop->family));
  return write_attribute(at, RTA_VIA, via, 2 + address_bytes(hop->family));
}

static void add_gateway(struct request *q, const struct hop *hop, uint8_t family) {
  q->h.nlmsg_len = NLMSG_ALIGN(q->h.nlmsg_len) + (uint32_t)write_gateway(end_of(q), hop, family);
}

static struct request route_request(uint16_t type, uint16_t flags, const struct target *t,
                                    const struct route *metric_of) {
  struct request q = {0};
  q.h = (struct nlmsghdr){.nlmsg_len = (uint32_t)NLMSG_LENGTH(sizeof q.u.route),
                          .nlmsg_type = type,
                          .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags};
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

static int add_route(struct netlink *nl, const struct target *t, const struct route *requested) {
  struct request q = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, t, requested);
  if (requested->hops[0].family == 0 && t->family == AF_INET) q.u.route.rtm_scope = RT_SCOPE_LINK;
  add_attribute(&q, RTA_OIF, &t->index, sizeof t->index);
  add_gateway(&q, &requested->hops[0], t->family);
  return netlink_request(nl, &q.h);
}

static int delete_hop(struct netlink *nl, const struct target *t, const struct route *route, const struct hop *hop) {
  struct request q = route_request(RTM_DELROUTE, 0, t, route);
  add_attribute(&q, RTA_OIF, &hop->index, sizeof hop->index);
  add_gateway(&q, hop, t->family);
  return netlink_request(nl, &q.h);
}

// The kernel changes an IPv4 multipath route only as a whole, so replace it by one without the interface.
static int keep_other_hops(struct netlink *nl, const struct target *t, const struct route *route) {
  struct request q = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, t, route);
  char list[MAX_HOPS * (sizeof(struct rtnexthop) + 32)] = {0};
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
  return netlink_request(nl, &q.h);
}

// Removes the interface from one default route; hops through other interfaces stay.
static int remove_interface(struct netlink *nl, const struct target *t, const struct route *route) {
  size_t own = 0;
  for (size_t i = 0; i < route->n; i++) own += route->hops[i].index == t->index;
  if (own == 0) return 0;
  if (own < route->n && t->family == AF_INET) return keep_other_hops(nl, t, route);
  if (t->family == AF_INET && own > 1) {
    struct request q = route_request(RTM_DELROUTE, 0, t, route);
    return netlink_request(nl, &q.h);
  }
  for (size_t i = 0; i < route->n; i++) {
    if (route->hops[i].index != t->index) continue;
    int problem = delete_hop(nl, t, route, &route->hops[i]);
    if (problem != 0) return problem;
  }
  return 0;
}

static bool is_same_route(const struct target *t, const struct route *a, const struct route *requested) {
  uint32_t kernel_default = t->family == AF_INET6 ? 1024 : 0;
  const struct hop *x = &a->hops[0], *y = &requested->hops[0];
  return a->n == 1 && x->index == t->index && x->family == y->family &&
         memcmp(x->gateway, y->gateway, MAX_ADDRESS) == 0 &&
         (a->has_metric ? a->metric : kernel_default) == (requested->has_metric ? requested->metric : kernel_default);
}

static bool contains_route(const struct target *t, const struct routes *in, const struct route *route,
                           bool present_first) {
  for (size_t i = 0; i < in->n; i++)
    if (present_first ? is_same_route(t, &in->all[i], route) : is_same_route(t, route, &in->all[i])) return true;
  return false;
}

static void read_requested(struct routes *requested, struct reader *r) {
  size_t n = get_u32(r);
  if (n > MAX_ROUTES) r->bad = true;
  for (size_t i = 0; i < n && !r->bad; i++) {
    struct route *route = &requested->all[requested->n++];
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

// Leaves matching routes untouched, so that traffic is not interrupted.
static int change_routes(struct netlink *nl, const struct target *t, const struct routes *present,
                         struct routes *requested) {
  for (size_t i = 0; i < present->n; i++) {
    int problem = contains_route(t, requested, &present->all[i], false) ? 0 : remove_interface(nl, t, &present->all[i]);
    if (problem != 0) return problem;
  }
  for (size_t i = 0; i < requested->n; i++) {
    if (contains_route(t, present, &requested->all[i], true)) continue;
    if (t->index == 0)
      return snprintf(nl->problem, sizeof nl->problem, "there is no interface \"%.20s\"", t->name), ENODEV;
    int problem = add_route(nl, t, &requested->all[i]);
    if (problem != 0) return problem;
  }
  return 0;
}

static void set_routes(struct netlink *nl, struct target *t, struct routes *requested, uint32_t id, struct buf *out) {
  struct routes *present = must_alloc(NULL, sizeof *present);
  present->n = 0;
  if (!read_routes(nl, t, present)) {
    frame_failed(out, id, R_SYSTEM, nl->problem);
  } else {
    for (size_t i = 0; i < requested->n; i++) requested->all[i].hops[0].index = t->index;
    if (change_routes(nl, t, present, requested) != 0) frame_failed(out, id, R_ROUTES, nl->problem);
    else frame_end(out, frame_begin(out, F_DONE, id));
  }
  free(present);
}

void routes_set(struct frame *frame, const struct guard *g, struct buf *out) {
  struct target t;
  struct netlink nl;
  struct routes *requested = must_alloc(NULL, sizeof *requested);
  requested->n = 0;
  read_target(&t, &frame->body);
  read_requested(requested, &frame->body);
  struct refusal no = guard_set_routes(g);
  if (frame->body.bad) {
    frame_failed(out, frame->id, R_FORBIDDEN, "the request is malformed");
  } else if (no.detail != NULL) {
    frame_failed(out, frame->id, no.why, no.detail);
  } else if (netlink_enter(&nl, t.netns, frame->id, g, out)) {
    set_routes(&nl, &t, requested, frame->id, out);
    close(nl.fd);
  }
  free(requested);
  target_free(&t);
}
