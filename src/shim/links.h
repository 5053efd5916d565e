// Links and addresses inside a network namespace.
#ifndef PLEXUS_LINKS_H
#define PLEXUS_LINKS_H
#include "netlink.h"

// Puts the answer to LIST_LINKS, or FAILED, into `out`.
void links_list(struct frame *frame, const struct guard *g, struct buf *out);
// The index of an interface; 0: there is none of that name. false: the kernel refused.
bool links_index(struct netlink *nl, const char *name, uint32_t *index);
#endif
