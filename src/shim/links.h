// Links and addresses inside a network namespace.
#ifndef PLEXUS_LINKS_H
#define PLEXUS_LINKS_H
#include "netlink.h"

// Handles LIST_LINKS: puts LINKS or FAILED into `out`.
void links_list(struct frame *frame, const struct guard *g, struct buf *out);
#endif
