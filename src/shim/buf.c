#include "buf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_SMALL = 64 * 1024 };

_Noreturn static void out_of_memory(void) {
  static const char text[] =
      "{\"cniVersion\":\"1.1.0\",\"code\":11,\"msg\":\"PLX-SHIM-FAILED: out of memory in the plexus "
      "shim. Free memory on the node.\"}\n";
  if (write(STDOUT_FILENO, text, sizeof text - 1) < 0) _exit(2);
  _exit(1);
}

void *must_alloc(void *old, size_t size) {
  void *p = realloc(old, size == 0 ? 1 : size);
  if (p == NULL) out_of_memory();
  return p;
}

// A large buffer is a mapping that keepers do not inherit: they live as long as their plugins, and would keep a copy of
// what the shim has freed.
static uint8_t *grow_large(const struct buf *b, size_t cap) {
  const int access = PROT_READ | PROT_WRITE, kind = MAP_PRIVATE | MAP_ANONYMOUS;
  void *p = b->cap > MAX_SMALL ? mremap(b->data, b->cap, cap, MREMAP_MAYMOVE) : mmap(NULL, cap, access, kind, -1, 0);
  if (p == MAP_FAILED) out_of_memory();
  if (b->cap > MAX_SMALL) return p;
  madvise(p, cap, MADV_DONTFORK);
  if (b->len > 0) memcpy(p, b->data, b->len);
  free(b->data);
  return p;
}

bool write_all(int fd, const void *data, size_t n) {
  for (size_t done = 0; done < n;) {
    ssize_t written = write(fd, (const char *)data + done, n - done);
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) done += (size_t)written;
  }
  return true;
}

void buf_need(struct buf *b, size_t more) {
  if (b->cap - b->len >= more) return;
  size_t cap = b->cap == 0 ? 1024 : b->cap;
  while (cap - b->len < more) cap *= 2;
  b->data = cap > MAX_SMALL ? grow_large(b, cap) : must_alloc(b->data, cap);
  b->cap = cap;
}

void buf_put(struct buf *b, const void *bytes, size_t n) {
  if (n == 0) return;
  buf_need(b, n);
  memcpy(b->data + b->len, bytes, n);
  b->len += n;
}

void buf_puts(struct buf *b, const char *text) { buf_put(b, text, strlen(text)); }

void buf_drop(struct buf *b, size_t n) {
  b->len -= n;
  if (b->len > 0) memmove(b->data, b->data + n, b->len);
  // release the memory of a long frame
  if (b->len == 0 && b->cap > MAX_SMALL) buf_free(b);
}

void buf_free(struct buf *b) {
  if (b->cap > MAX_SMALL) munmap(b->data, b->cap);
  else free(b->data);
  *b = (struct buf){0};
}

void put_u8(struct buf *b, uint8_t value) { buf_put(b, &value, 1); }
void put_u16(struct buf *b, uint16_t value) { buf_put(b, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2); }
void put_u32(struct buf *b, uint32_t value) {
  buf_put(b, (uint8_t[]){(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value}, 4);
}
void put_bytes(struct buf *b, const void *bytes, size_t n) {
  put_u32(b, (uint32_t)n);
  buf_put(b, bytes, n);
}
void put_text(struct buf *b, const char *text) { put_bytes(b, text, strlen(text)); }

static const uint8_t *take(struct reader *r, size_t n) {
  if (r->bad || (size_t)(r->end - r->at) < n) {
    r->bad = true;
    return NULL;
  }
  const uint8_t *p = r->at;
  r->at += n;
  return p;
}

uint8_t get_u8(struct reader *r) {
  const uint8_t *p = take(r, 1);
  return p == NULL ? 0 : p[0];
}
uint16_t get_u16(struct reader *r) {
  const uint8_t *p = take(r, 2);
  return (uint16_t)(p == NULL ? 0 : p[0] << 8 | p[1]);
}
uint32_t get_u32(struct reader *r) {
  const uint8_t *p = take(r, 4);
  return p == NULL ? 0 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
struct bytes get_bytes(struct reader *r) {
  size_t n = get_u32(r);
  const uint8_t *p = take(r, n);
  return p == NULL ? (struct bytes){(const uint8_t *)"", 0} : (struct bytes){p, n};
}
char *get_text(struct reader *r) {
  struct bytes b = get_bytes(r);
  if (b.len > 0 && memchr(b.data, 0, b.len) != NULL) r->bad = true;
  char *text = must_alloc(NULL, b.len + 1);
  if (b.len > 0) memcpy(text, b.data, b.len);
  text[b.len] = 0;
  return text;
}
