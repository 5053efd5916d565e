// Rtnetlink in a network namespace.
#ifndef PLEXUS_NETLINK_H
#define PLEXUS_NETLINK_H
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "guard.h"

struct netlink {
  int fd; // the caller closes it
  uint32_t seq;
  char problem[256]; // why the last request failed
};

// Called for each message of a dump, and with NULL before each attempt: a dump that another process disturbed is
// repeated. Returns NULL, or why it reads no further.
typedef const char *(*on_message)(const struct nlmsghdr *h, void *into);

struct request {
  struct nlmsghdr h;
  union {
    struct ifinfomsg link;
    struct ifaddrmsg address;
    struct rtmsg route;
  } u;
  char attributes[1024];
};

// Opens a socket in the namespace of a request, or puts FAILED into `out`.
bool netlink_enter(struct netlink *nl, const char *netns, uint32_t id, const struct guard *g, struct buf *out);
// Return 0, or an errno with its text in nl->problem.
int netlink_request(struct netlink *nl, struct nlmsghdr *request);
int netlink_dump(struct netlink *nl, uint16_t type, uint8_t family, on_message on, void *into);

// Writes one attribute and returns its size.
size_t write_attribute(char *at, uint16_t type, const void *data, size_t n);
char *end_of(struct request *q);
void add_attribute(struct request *q, uint16_t type, const void *data, size_t n);
#endif
