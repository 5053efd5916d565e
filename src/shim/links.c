#include "links.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// The daemon reads at most as many (src/host/link-messages.ts).
enum { MOST_LINKS = 4096, MOST_ADDRESSES = 8192 };

struct link {
  uint32_t index, mtu;
  bool up;
  char name[IFNAMSIZ], mac[3 * 32];
  struct buf addresses; // NUL-terminated texts
  uint32_t address_count;
};
struct links {
  struct link all[MOST_LINKS];
  size_t n, address_count;
};

static void format_mac(char *to, size_t size, const uint8_t *mac, size_t n) {
  to[0] = 0;
  for (size_t i = 0; i < n && 3 * i + 3 <= size; i++)
    snprintf(to + (i == 0 ? 0 : 3 * i - 1), 4, i == 0 ? "%02x" : ":%02x", mac[i]);
}

static void links_clear(struct links *links) {
  for (size_t i = 0; i < links->n; i++) buf_free(&links->all[i].addresses);
  links->n = links->address_count = 0;
}

static const char *on_link(const struct nlmsghdr *h, void *into) {
  struct links *links = into;
  if (h == NULL) return links_clear(links), NULL;
  if (h->nlmsg_type != RTM_NEWLINK) return NULL;
  if (links->n == MOST_LINKS) return "the namespace has more than 4096 links";
  const struct ifinfomsg *m = NLMSG_DATA(h);
  struct link *link = &links->all[links->n++];
  *link = (struct link){.index = (uint32_t)m->ifi_index, .up = (m->ifi_flags & IFF_UP) != 0};
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = IFLA_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == IFLA_IFNAME)
      snprintf(link->name, sizeof link->name, "%.*s", (int)RTA_PAYLOAD(a), (const char *)RTA_DATA(a));
    if (a->rta_type == IFLA_ADDRESS) format_mac(link->mac, sizeof link->mac, RTA_DATA(a), RTA_PAYLOAD(a));
    if (a->rta_type == IFLA_MTU) memcpy(&link->mtu, RTA_DATA(a), sizeof link->mtu);
  }
  return NULL;
}

static int by_index(const void *a, const void *b) {
  const struct link *x = a, *y = b;
  return x->index < y->index ? -1 : x->index > y->index;
}

static void clear_addresses(struct links *links) {
  for (size_t i = 0; i < links->n; i++) {
    links->all[i].addresses.len = 0;
    links->all[i].address_count = 0;
  }
  links->address_count = 0;
}

// The links are sorted by index.
static const char *on_address(const struct nlmsghdr *h, void *into) {
  struct links *links = into;
  if (h == NULL) return clear_addresses(links), NULL;
  if (h->nlmsg_type != RTM_NEWADDR) return NULL;
  if (links->address_count++ == MOST_ADDRESSES) return "the namespace has more than 8192 addresses";
  const struct ifaddrmsg *m = NLMSG_DATA(h);
  const void *local = NULL, *address = NULL;
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = IFA_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == IFA_LOCAL) local = RTA_DATA(a);
    if (a->rta_type == IFA_ADDRESS) address = RTA_DATA(a);
  }
  char text[INET6_ADDRSTRLEN], with_prefix[INET6_ADDRSTRLEN + 8];
  if (local == NULL) local = address;
  if (local == NULL || inet_ntop(m->ifa_family, local, text, sizeof text) == NULL) return NULL;
  snprintf(with_prefix, sizeof with_prefix, "%s/%u", text, m->ifa_prefixlen);
  struct link *link = bsearch(&(struct link){.index = m->ifa_index}, links->all, links->n, sizeof *link, by_index);
  if (link == NULL) return NULL;
  buf_put(&link->addresses, with_prefix, strlen(with_prefix) + 1);
  link->address_count++;
  return NULL;
}

static bool read_links(struct netlink *nl, struct links *links) {
  if (netlink_dump(nl, RTM_GETLINK, AF_UNSPEC, on_link, links) != 0) return false;
  qsort(links->all, links->n, sizeof links->all[0], by_index);
  return netlink_dump(nl, RTM_GETADDR, AF_UNSPEC, on_address, links) == 0;
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

void links_list(struct frame *frame, const struct guard *g, struct buf *out) {
  char *netns = get_text(&frame->body);
  struct netlink nl;
  if (frame->body.bad) frame_failed(out, frame->id, R_FORBIDDEN, "the request is malformed");
  else if (netlink_enter(&nl, netns, frame->id, g, out)) {
    static struct links links;
    if (read_links(&nl, &links)) put_links(out, frame->id, &links);
    else frame_failed(out, frame->id, R_SYSTEM, nl.problem);
    links_clear(&links);
    close(nl.fd);
  }
  free(netns);
}
