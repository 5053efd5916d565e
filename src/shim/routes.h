// Default routes of one interface and family, in the main table of a network namespace.
#ifndef PLEXUS_ROUTES_H
#define PLEXUS_ROUTES_H
#include "netlink.h"

enum { MOST_ADDRESS = 16 };
#ifndef RTA_VIA
#define RTA_VIA 18
#endif

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

struct target {
  char *netns, *name;
  uint8_t family; // AF_INET, AF_INET6
  uint32_t index; // 0: there is no such interface
};

size_t address_bytes(uint8_t family);
// Reads what GET_ROUTES and SET_ROUTES begin with; to be freed.
void take_target(struct target *t, struct reader *r);
void target_free(struct target *t);
// All default routes of the family, the strongest first, and the index of the interface.
bool read_routes(struct netlink *nl, struct target *t, struct routes *routes);

// Each puts the answer to one request, or FAILED, into `out`.
void routes_get(struct frame *frame, const struct guard *g, struct buf *out);
void routes_set(struct frame *frame, const struct guard *g, struct buf *out);
#endif
