// Links and default routes inside a network namespace, by rtnetlink.
#ifndef PLEXUS_NETNS_H
#define PLEXUS_NETNS_H
#include "guard.h"
#include "link.h"

// Each puts the answer to one request, or FAILED, into `out`.
void netns_list_links(struct frame *frame, const struct guard *g, struct buf *out);
void netns_get_routes(struct frame *frame, const struct guard *g, struct buf *out);
void netns_set_routes(struct frame *frame, const struct guard *g, struct buf *out);
#endif
