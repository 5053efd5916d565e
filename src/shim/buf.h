// Growing byte buffers, and readers over untrusted bytes.
#ifndef PLEXUS_BUF_H
#define PLEXUS_BUF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
  uint8_t *data;
  size_t len, cap;
};

void buf_need(struct buf *b, size_t more);
void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *text);
void buf_drop(struct buf *b, size_t n); // removes the first n bytes
void buf_free(struct buf *b);

void put_u8(struct buf *b, uint8_t value);
void put_u16(struct buf *b, uint16_t value);
void put_u32(struct buf *b, uint32_t value);
void put_bytes(struct buf *b, const void *bytes, size_t n); // length, then the bytes
void put_text(struct buf *b, const char *text);

// A read past the end sets `bad` and returns zero. Check `bad` once, after the last read.
struct reader {
  const uint8_t *at, *end;
  bool bad;
};
struct bytes {
  const uint8_t *data;
  size_t len;
};

uint8_t get_u8(struct reader *r);
uint16_t get_u16(struct reader *r);
uint32_t get_u32(struct reader *r);
struct bytes get_bytes(struct reader *r);
char *get_text(struct reader *r); // the caller frees it; a NUL inside is bad

// realloc that never returns NULL: without memory the shim ends with a CNI error.
void *must_alloc(void *old, size_t size);
// Writes all bytes; false on an error.
bool write_all(int fd, const void *data, size_t n);
#endif
