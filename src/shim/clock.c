#include "clock.h"

#include <time.h>

int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int next_wait(int wait_ms, int max_ms) { return wait_ms * 2 > max_ms ? max_ms : wait_ms * 2; }
