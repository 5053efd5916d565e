#include "routes.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

size_t address_bytes(uint8_t family) { return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0; }

static void read_gateway(struct hop *hop, const struct rtattr *a, uint8_t family) {
  const uint8_t *data = RTA_DATA(a);
  size_t n = RTA_PAYLOAD(a);
  if (a->rta_type == RTA_VIA && n > 2) {
    memcpy(&family, data, 1); // sa_family in host order, always below 256
    data += 2;
    n -= 2;
  }
  if (n != address_bytes(family)) return;
  hop->family = family;
  memcpy(hop->gateway, data, n);
}

// Returns false if there are more than MAX_HOPS.
static bool read_hops(struct route *route, const struct rtattr *list, uint8_t family) {
  const struct rtnexthop *nh = RTA_DATA(list);
  size_t left = RTA_PAYLOAD(list);
  route->n = 0;
  while (left >= sizeof *nh && nh->rtnh_len >= sizeof *nh && nh->rtnh_len <= left) {
    if (route->n == MAX_HOPS) return false;
    struct hop *hop = &route->hops[route->n++];
    *hop = (struct hop){.index = (uint32_t)nh->rtnh_ifindex};
    size_t inner = nh->rtnh_len - sizeof *nh;
    for (const struct rtattr *a = (const void *)(nh + 1); RTA_OK(a, inner); a = RTA_NEXT(a, inner))
      if (a->rta_type == RTA_GATEWAY || a->rta_type == RTA_VIA) read_gateway(hop, a, family);
    size_t step = RTNH_ALIGN(nh->rtnh_len);
    if (step >= left) break;
    left -= step;
    nh = RTNH_NEXT(nh);
  }
  return true;
}

static const char *on_route(const struct nlmsghdr *h, void *into) {
  struct routes *routes = into;
  if (h == NULL) return routes->n = 0, NULL;
  if (h->nlmsg_type != RTM_NEWROUTE) return NULL;
  const struct rtmsg *m = NLMSG_DATA(h);
  if (m->rtm_dst_len != 0 || m->rtm_type != RTN_UNICAST || (m->rtm_flags & RTM_F_CLONED)) return NULL;
  struct route route = {.n = 1};
  uint32_t table = m->rtm_table;
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = RTM_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == RTA_TABLE) memcpy(&table, RTA_DATA(a), sizeof table);
    if (a->rta_type == RTA_OIF) memcpy(&route.hops[0].index, RTA_DATA(a), sizeof(uint32_t));
    if (a->rta_type == RTA_GATEWAY || a->rta_type == RTA_VIA) read_gateway(&route.hops[0], a, m->rtm_family);
    if (a->rta_type == RTA_MULTIPATH && !read_hops(&route, a, m->rtm_family))
      return "a default route has more than 16 next hops";
    if (a->rta_type == RTA_PRIORITY) {
      memcpy(&route.metric, RTA_DATA(a), sizeof route.metric);
      route.has_metric = true;
    }
  }
  if (table != RT_TABLE_MAIN) return NULL;
  if (routes->n == MAX_ROUTES) return "the namespace has more than 64 default routes";
  routes->all[routes->n++] = route;
  return NULL;
}

static int by_metric(const void *a, const void *b) {
  const struct route *x = a, *y = b;
  return x->metric < y->metric ? -1 : x->metric > y->metric;
}

void read_target(struct target *t, struct reader *r) {
  t->netns = get_text(r);
  t->name = get_text(r);
  uint8_t family = get_u8(r);
  t->family = family == 4 ? AF_INET : AF_INET6;
  t->index = 0;
  if (family != 4 && family != 6) r->bad = true;
}

void target_free(struct target *t) {
  free(t->netns);
  free(t->name);
}

// 0: no such interface.
static uint32_t index_of(const struct netlink *nl, const char *name) {
  struct ifreq request = {0};
  if (strlen(name) >= sizeof request.ifr_name) return 0;
  strcpy(request.ifr_name, name);
  return ioctl(nl->fd, SIOCGIFINDEX, &request) == 0 ? (uint32_t)request.ifr_ifindex : 0;
}

bool read_routes(struct netlink *nl, struct target *t, struct routes *routes) {
  t->index = index_of(nl, t->name);
  bool ok = netlink_dump(nl, RTM_GETROUTE, t->family, on_route, routes) == 0;
  qsort(routes->all, routes->n, sizeof routes->all[0], by_metric);
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

void routes_get(struct frame *frame, const struct guard *g, struct buf *out) {
  struct target t;
  struct netlink nl;
  read_target(&t, &frame->body);
  if (frame->body.bad) frame_failed(out, frame->id, R_FORBIDDEN, "the request is malformed");
  else if (netlink_enter(&nl, t.netns, frame->id, g, out)) {
    struct routes *routes = must_alloc(NULL, sizeof *routes);
    routes->n = 0;
    if (read_routes(&nl, &t, routes)) put_routes(out, frame->id, routes, t.index);
    else frame_failed(out, frame->id, R_SYSTEM, nl.problem);
    free(routes);
    close(nl.fd);
  }
  target_free(&t);
}
