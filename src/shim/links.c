#include "links.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct link {
  uint32_t index, mtu;
  bool up;
  char name[IFNAMSIZ], mac[3 * 32];
  struct buf addresses; // NUL-terminated texts
  uint32_t address_count;
};
struct links {
  struct link *all;
  size_t n;
};

static void format_mac(char *to, size_t size, const uint8_t *mac, size_t n) {
  to[0] = 0;
  for (size_t i = 0; i < n && 3 * i + 3 <= size; i++)
    snprintf(to + (i == 0 ? 0 : 3 * i - 1), 4, i == 0 ? "%02x" : ":%02x", mac[i]);
}

static void on_link(const struct nlmsghdr *h, void *into) {
  struct links *links = into;
  if (h->nlmsg_type != RTM_NEWLINK) return;
  const struct ifinfomsg *m = NLMSG_DATA(h);
  links->all = must_alloc(links->all, (links->n + 1) * sizeof *links->all);
  struct link *link = &links->all[links->n++];
  *link = (struct link){.index = (uint32_t)m->ifi_index, .up = (m->ifi_flags & IFF_UP) != 0};
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = IFLA_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == IFLA_IFNAME)
      snprintf(link->name, sizeof link->name, "%.*s", (int)RTA_PAYLOAD(a), (const char *)RTA_DATA(a));
    if (a->rta_type == IFLA_ADDRESS) format_mac(link->mac, sizeof link->mac, RTA_DATA(a), RTA_PAYLOAD(a));
    if (a->rta_type == IFLA_MTU) memcpy(&link->mtu, RTA_DATA(a), sizeof link->mtu);
  }
}

static void on_address(const struct nlmsghdr *h, void *into) {
  struct links *links = into;
  if (h->nlmsg_type != RTM_NEWADDR) return;
  const struct ifaddrmsg *m = NLMSG_DATA(h);
  const void *local = NULL, *address = NULL;
  size_t left = NLMSG_PAYLOAD(h, sizeof *m);
  for (const struct rtattr *a = IFA_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == IFA_LOCAL) local = RTA_DATA(a);
    if (a->rta_type == IFA_ADDRESS) address = RTA_DATA(a);
  }
  char text[INET6_ADDRSTRLEN], with_prefix[INET6_ADDRSTRLEN + 8];
  if (local == NULL) local = address;
  if (local == NULL || inet_ntop(m->ifa_family, local, text, sizeof text) == NULL) return;
  snprintf(with_prefix, sizeof with_prefix, "%s/%u", text, m->ifa_prefixlen);
  for (size_t i = 0; i < links->n; i++) {
    if (links->all[i].index != m->ifa_index) continue;
    buf_put(&links->all[i].addresses, with_prefix, strlen(with_prefix) + 1);
    links->all[i].address_count++;
  }
}

static void links_free(struct links *links) {
  for (size_t i = 0; i < links->n; i++) buf_free(&links->all[i].addresses);
  free(links->all);
  *links = (struct links){0};
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
    struct links links = {0};
    bool ok = netlink_dump(&nl, RTM_GETLINK, AF_UNSPEC, on_link, &links) == 0 &&
              netlink_dump(&nl, RTM_GETADDR, AF_UNSPEC, on_address, &links) == 0;
    if (ok) put_links(out, frame->id, &links);
    else frame_failed(out, frame->id, R_SYSTEM, nl.problem);
    links_free(&links);
    close(nl.fd);
  }
  free(netns);
}

bool links_index(struct netlink *nl, const char *name, uint32_t *index) {
  struct links links = {0};
  *index = 0;
  bool ok = netlink_dump(nl, RTM_GETLINK, AF_UNSPEC, on_link, &links) == 0;
  for (size_t i = 0; i < links.n; i++)
    if (strcmp(links.all[i].name, name) == 0) *index = links.all[i].index;
  links_free(&links);
  return ok;
}
