// Default routes of one interface and family, in the main table of a network namespace.
#ifndef PLEXUS_ROUTES_H
#define PLEXUS_ROUTES_H
#include "netlink.h"

enum { MAX_ADDRESS = 16 };
#ifndef RTA_VIA
#define RTA_VIA 18
#endif

struct hop {
  uint32_t index;
  uint8_t family; // of the gateway; 0: none
  uint8_t gateway[MAX_ADDRESS];
};
enum { MAX_HOPS = 16, MAX_ROUTES = 64 };
struct route {
  bool has_metric;
  uint32_t metric;
  size_t n;
  struct hop hops[MAX_HOPS];
};
struct routes {
  size_t n;
  struct route all[MAX_ROUTES];
};

struct target {
  char *netns, *name;
  uint8_t family; // AF_INET, AF_INET6
  uint32_t index; // 0: no such interface
};

size_t address_bytes(uint8_t family);
// Reads the values that GET_ROUTES and SET_ROUTES start with. The caller frees the target.
void read_target(struct target *t, struct reader *r);
void target_free(struct target *t);
// Reads all default routes of the family, lowest metric first, and the index of the interface.
bool read_routes(struct netlink *nl, struct target *t, struct routes *routes);

// Handle GET_ROUTES and SET_ROUTES: put the answer or FAILED into `out`.
void routes_get(struct frame *frame, const struct guard *g, struct buf *out);
void routes_set(struct frame *frame, const struct guard *g, struct buf *out);
#endif
