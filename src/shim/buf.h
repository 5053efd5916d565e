// Growing byte buffers, and readers over bytes that came from somebody else.
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
void buf_drop(struct buf *b, size_t n); // the first n bytes
void buf_free(struct buf *b);

void put_u8(struct buf *b, uint8_t value);
void put_u16(struct buf *b, uint16_t value);
void put_u32(struct buf *b, uint32_t value);
void put_bytes(struct buf *b, const void *bytes, size_t n); // length, then the bytes
void put_text(struct buf *b, const char *text);

// Reads past the end set `bad` and give zero: check it once, after the last read.
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
char *get_text(struct reader *r); // to be freed; one with a NUL inside is bad

void *must_alloc(void *old, size_t size); // never NULL: without memory the program ends with a CNI error
#endif
