// Monotonic time and retry intervals.
#ifndef PLEXUS_CLOCK_H
#define PLEXUS_CLOCK_H
#include <stdint.h>

// Milliseconds of the monotonic clock.
int64_t now_ms(void);
// The interval after `wait_ms`: twice as long, at most `max_ms`.
int next_wait(int wait_ms, int max_ms);
#endif
