#include "meta.h"

#include <string.h>
#include <strings.h>

enum { MAX_NAME = 256 };

// The last part of a text between slashes, without its JSON escapes; longer ones are no file's name and cut off.
struct name {
  char text[MAX_NAME];
  size_t n;
};

static void add(struct name *name, unsigned c) {
  if (c == '/') name->n = 0;
  else if (name->n + 1 < sizeof name->text) name->text[name->n++] = (char)(c < 0x80 ? c : '?');
}

static unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10;
  return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : 0;
}

static size_t add_escaped(struct name *name, const char *json, size_t n, size_t at) { // at: after the backslash
  if (json[at] != 'u' || n - at < 5) return add(name, (unsigned char)json[at]), at + 1;
  unsigned c = 0;
  for (size_t i = 1; i <= 4; i++) c = c * 16 + hex_digit(json[at + i]);
  add(name, c);
  return at + 5;
}

// at: after the opening quote. Returns what is behind the closing one.
static size_t read_name(struct name *name, const char *json, size_t n, size_t at) {
  name->n = 0;
  while (at < n && json[at] != '"') {
    if (json[at] == '\\' && at + 1 < n) at = add_escaped(name, json, n, at + 1);
    else add(name, (unsigned char)json[at++]);
  }
  name->text[name->n] = 0;
  return at < n ? at + 1 : n;
}

static size_t skip(const char *json, size_t n, size_t at) {
  while (at < n && strchr(" \t\r\n", json[at]) != NULL && json[at] != 0) at++;
  return at;
}

bool is_meta_plugin(const char *plugin) {
  return strncmp(plugin, "plexus", 6) == 0 || strncmp(plugin, "multus", 6) == 0;
}

bool names_meta_plugin(const char *json, size_t n) {
  struct name name;
  for (size_t at = 0; at < n;) {
    if (json[at++] != '"') continue;
    at = read_name(&name, json, n, at);
    size_t colon = skip(json, n, at);
    if (strcasecmp(name.text, "type") != 0 || colon >= n || json[colon] != ':') continue; // Go takes keys in any case
    size_t value = skip(json, n, colon + 1);
    if (value >= n || json[value] != '"') continue;
    at = read_name(&name, json, n, value + 1);
    if (is_meta_plugin(name.text)) return true;
  }
  return false;
}
