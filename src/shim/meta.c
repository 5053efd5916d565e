#include "meta.h"

#include <string.h>
#include <strings.h>

enum { PART_BYTES = 16 };

// A JSON string: the start of its last part between slashes, without JSON escapes.
struct path {
  char part[PART_BYTES];
  size_t n; // bytes of the part, those that were cut off included
  bool has_slash, has_meta_plugin;
};

bool is_meta_plugin(const char *plugin) {
  return strncmp(plugin, "plexus", 6) == 0 || strncmp(plugin, "multus", 6) == 0;
}

static void end_part(struct path *path) {
  path->part[path->n < PART_BYTES ? path->n : PART_BYTES - 1] = 0;
  if (is_meta_plugin(path->part)) path->has_meta_plugin = true;
}

static void add(struct path *path, unsigned c) {
  if (c == '/') {
    end_part(path);
    path->has_slash = true;
    path->n = 0;
    return;
  }
  if (path->n < PART_BYTES) path->part[path->n] = (char)(c < 0x80 ? c : '?');
  path->n++;
}

static unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10;
  return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 0;
}

// `at` is after the backslash. Returns the index after the escape.
static size_t add_escaped(struct path *path, const char *json, size_t n, size_t at) {
  if (json[at] != 'u' || n - at < 5) return add(path, (unsigned char)json[at]), at + 1;
  unsigned c = 0;
  for (size_t i = 1; i <= 4; i++) c = c * 16 + hex_digit(json[at + i]);
  add(path, c);
  return at + 5;
}

// `at` is after the opening quote. Returns the index after the closing quote.
static size_t read_path(struct path *path, const char *json, size_t n, size_t at) {
  *path = (struct path){0};
  while (at < n && json[at] != '"') {
    if (json[at] == '\\' && at + 1 < n) at = add_escaped(path, json, n, at + 1);
    else add(path, (unsigned char)json[at++]);
  }
  end_part(path);
  return at < n ? at + 1 : n;
}

static size_t skip_space(const char *json, size_t n, size_t at) {
  while (at < n && (json[at] == ' ' || json[at] == '\t' || json[at] == '\n' || json[at] == '\r')) at++;
  return at;
}

// Go matches keys in any case.
static bool is_type_key(const struct path *key) {
  return !key->has_slash && key->n == 4 && strncasecmp(key->part, "type", 4) == 0;
}

bool names_meta_plugin(const char *json, size_t n) {
  struct path path;
  for (size_t at = 0; at < n;) {
    if (json[at++] != '"') continue;
    at = read_path(&path, json, n, at);
    size_t colon = skip_space(json, n, at);
    if (!is_type_key(&path) || colon >= n || json[colon] != ':') continue;
    size_t value = skip_space(json, n, colon + 1);
    if (value >= n || json[value] != '"') continue;
    at = read_path(&path, json, n, value + 1);
    if (path.has_meta_plugin) return true;
  }
  return false;
}
