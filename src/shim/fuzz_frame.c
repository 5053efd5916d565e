// A target for libFuzzer: whatever a daemon sends, frames and their bodies are read without a wrong access; likewise
// whatever a runtime writes to stdin.
//   node src/make/shim.ts --fuzz && dist/shim/fuzz_frame -max_total_time=60
#include <stdlib.h>

#include "cni.h"
#include "link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct call call = {.command = "", .container_id = "", .netns = "", .path = ""};
  scan_configuration((const char *)data, size, &call);
  struct buf in = {0};
  buf_put(&in, data, size);
  struct frame frame;
  for (long n = frame_next(&in, &frame); n > 0; n = frame_next(&in, &frame)) {
    struct reader *r = &frame.body;
    // each kind of value in turn, as the messages have them
    while (!r->bad && r->at < r->end) {
      free(get_text(r));
      (void)get_bytes(r);
      (void)get_u16(r);
      (void)get_u8(r);
    }
    buf_drop(&in, (size_t)n);
  }
  buf_free(&in);
  return 0;
}
