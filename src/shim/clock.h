#ifndef PLEXUS_CLOCK_H
#define PLEXUS_CLOCK_H
#include <stdint.h>
int64_t now_ms(void); // since some moment; never goes back
#endif
