// Links and addresses inside a network namespace.
#ifndef PLEXUS_LINKS_H
#define PLEXUS_LINKS_H
#include "netlink.h"

// Handles LIST_LINKS: puts LINKS or FAILED into `out`.
void links_list(struct frame *frame, const struct guard *g, struct buf *out);
// Finds the index of an interface; 0: no such interface. false: the kernel refused.
bool links_index(struct netlink *nl, const char *name, uint32_t *index);
#endif
