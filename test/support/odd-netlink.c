// A preloaded library for tests: the kernel's answers, as they rarely are.
//   ODD_DISTURBED=N   the first N answers are marked as disturbed (NLM_F_DUMP_INTR)
//   ODD_REPEATED=N    the first answer arrives N times more
#include <dlfcn.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static long setting(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? 0 : atol(value);
}

ssize_t recv(int fd, void *to, size_t size, int flags) {
  static char first[64 * 1024];
  static ssize_t first_size;
  static long answers, repeated;
  ssize_t (*real)(int, void *, size_t, int) = (ssize_t(*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv");
  int domain = 0;
  socklen_t n = sizeof domain;
  getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n);
  if (domain != AF_NETLINK) return real(fd, to, size, flags);
  if (first_size > 0 && repeated++ < setting("ODD_REPEATED")) return memcpy(to, first, (size_t)first_size), first_size;
  ssize_t received = real(fd, to, size, flags);
  if (received <= 0 || (size_t)received > size) return received;
  if (first_size == 0 && (size_t)received <= sizeof first) memcpy(first, to, (size_t)(first_size = received));
  if (answers++ < setting("ODD_DISTURBED")) ((struct nlmsghdr *)to)->nlmsg_flags |= NLM_F_DUMP_INTR;
  return received;
}
