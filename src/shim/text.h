// Comparisons of texts.
#ifndef PLEXUS_TEXT_H
#define PLEXUS_TEXT_H
#include <stdbool.h>
#include <string.h>

static inline bool equals(const char *a, const char *b) { return strcmp(a, b) == 0; }
#endif
