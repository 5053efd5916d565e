#include "meta.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

// MAX_DEPTH: how deep Go reads JSON.
enum { PART_BYTES = 16, MAX_DEPTH = 10000 };

// A JSON string: the start of its last part between slashes, without JSON escapes.
struct path {
  char part[PART_BYTES];
  size_t n; // bytes of the part, those that were cut off included
  bool has_slash, has_meta_plugin;
};

static const char meta_plugin[] = "a meta-plugin would run arbitrary programs";

// plexus*, multus*
static bool is_meta_plugin(const char *plugin) {
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
static bool is_key(const struct path *key, const char *name, size_t n) {
  return !key->has_slash && key->n == n && strncasecmp(key->part, name, n) == 0;
}

// Go also matches U+017F with "s", which is "?" here: once if escaped, twice in UTF-8.
static bool is_delegate_key(const struct path *key) {
  const char *end = key->part + 8;
  if (is_key(key, "ipam", 4) || is_key(key, "delegate", 8) || is_key(key, "delegates", 9)) return true;
  return !key->has_slash && strncasecmp(key->part, "delegate", 8) == 0 &&
         ((key->n == 9 && end[0] == '?') || (key->n == 10 && end[0] == '?' && end[1] == '?'));
}

// The objects and lists around the place of the scan.
struct nesting {
  size_t depth;
  bool next;           // whether an object that starts here names a plugin to run
  bool all[MAX_DEPTH]; // for each list or object
};

static bool is_delegate(const struct nesting *nesting) {
  if (nesting->depth > MAX_DEPTH) return true; // not known
  return nesting->depth > 0 && nesting->all[nesting->depth - 1];
}

static void follow(struct nesting *nesting, char c) {
  if (c == '{' || c == '[') {
    if (nesting->depth < MAX_DEPTH) nesting->all[nesting->depth] = nesting->next;
    nesting->depth++;
    if (c == '{') nesting->next = false;
  } else if ((c == '}' || c == ']') && nesting->depth > 0) {
    nesting->depth--;
    nesting->next = is_delegate(nesting); // the next element of a list; in an object, the next key sets it
  }
}

static const char *forbidden_type(const char *json, size_t n) {
  struct nesting nesting = {0};
  struct path path;
  for (size_t at = 0; at < n;) {
    follow(&nesting, json[at]);
    if (json[at++] != '"') continue;
    at = read_path(&path, json, n, at);
    size_t colon = skip_space(json, n, at);
    if (colon >= n || json[colon] != ':') continue;
    nesting.next = is_delegate_key(&path);
    size_t value = skip_space(json, n, colon + 1);
    if (!is_key(&path, "type", 4) || value >= n || json[value] != '"') continue;
    at = read_path(&path, json, n, value + 1);
    if (path.has_meta_plugin) return meta_plugin;
    if (path.has_slash && is_delegate(&nesting)) return "a plugin that it runs must be a file name without a folder";
  }
  return NULL;
}

const char *forbidden_plugin(const char *plugin, const char *json, size_t n) {
  return is_meta_plugin(plugin) ? meta_plugin : forbidden_type(json, n);
}
