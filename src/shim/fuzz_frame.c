// A libFuzzer target: no frame of a daemon and no stdin of a runtime causes an invalid memory access, and no plugin is
// started.
//   node src/make/shim.ts --fuzz && dist/shim/fuzz_frame -max_total_time=60
#include <stdlib.h>

#include "links.h"
#include "routes.h"
#include "run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct runs runs;

static void handle(struct frame *frame, const struct guard *g, struct buf *out) {
  switch (frame->type) {
    case F_RUN: runs_start(&runs, frame, g, out); break;
    case F_KILL: runs_kill(&runs, frame->id, out); break;
    case F_LIST_LINKS: links_list(frame, g, out); break;
    case F_GET_ROUTES: routes_get(frame, g, out); break;
    case F_SET_ROUTES: routes_set(frame, g, out); break;
    default: // read each kind of value
      while (!frame->body.bad && frame->body.at < frame->body.end) {
        free(get_text(&frame->body));
        (void)get_bytes(&frame->body);
        (void)get_u16(&frame->body);
        (void)get_u8(&frame->body);
      }
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // CNI_PATH is empty, so that no plugin is found; an agent opens every namespace that the frame names
  struct call call = {
      .command = size % 3 == 0 ? "ADD" : "GC", .container_id = "c1", .netns = "", .path = "", .netns_fd = -1};
  const struct guard guard = {.is_agent = size % 2 == 0, .call = &call};
  scan_configuration((const char *)data, size, &call);
  struct buf in = {0}, out = {0};
  runs_init(&runs, 0);
  buf_put(&in, data, size);
  struct frame frame;
  for (long n = frame_next(&in, &frame); n > 0; n = frame_next(&in, &frame)) {
    handle(&frame, &guard, &out);
    buf_drop(&in, (size_t)n);
  }
  if (runs_in_flight(&runs)) abort();
  buf_free(&in);
  buf_free(&out);
  return 0;
}
