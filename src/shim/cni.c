#include "cni.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "namespace.h"

enum { MAX_STDIN_BYTES = 16 * 1024 * 1024, OPTIONAL_WAIT_MS = 250 };

const char *env_or_empty(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? "" : value;
}

const char *socket_of(const struct call *c) {
  const char *from_env = env_or_empty("PLEXUS_SOCKET");
  return from_env[0] != 0 ? from_env : c->socket[0] != 0 ? c->socket : "/run/plexus/plexus.sock";
}

// VERSION needs no stdin (CNI-04), so do not wait for one that is neither written nor closed.
static const char *read_stdin(struct buf *into, bool optional) {
  if (isatty(STDIN_FILENO)) return NULL;
  for (;;) {
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    if (optional && poll(&p, 1, OPTIONAL_WAIT_MS) == 0) return NULL;
    buf_need(into, 16 * 1024);
    ssize_t n = read(STDIN_FILENO, into->data + into->len, into->cap - into->len);
    if (n == 0) return NULL;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EBADF ? NULL : "stdin cannot be read";
    into->len += (size_t)n;
    if (into->len > MAX_STDIN_BYTES) return "stdin is longer than 16777216 bytes";
  }
}

const char *call_read(struct call *c) {
  const char *override = env_or_empty("CNI_NETNS_OVERRIDE"), *closed;
  *c = (struct call){
      .command = env_or_empty("CNI_COMMAND"),
      .container_id = env_or_empty("CNI_CONTAINERID"),
      .netns = env_or_empty("CNI_NETNS"),
      .path = env_or_empty("CNI_PATH"),
      .wait_seconds = -1,
      .netns_override = strcmp(override, "1") == 0 || strcasecmp(override, "true") == 0,
  };
  const char *problem = read_stdin(&c->stdin_bytes, strcmp(c->command, "VERSION") == 0);
  scan_configuration((const char *)c->stdin_bytes.data, c->stdin_bytes.len, c);
  c->netns_fd = c->netns[0] == 0 ? -1 : namespace_open(c->netns, &closed);
  c->netns_is_host = c->netns_fd >= 0 && namespace_is_node(c->netns_fd);
  return problem;
}

// ── JSON ─────────────────────────────────────────────────────────────────────────────

// `at` is after the opening quote. Returns the index of the closing quote.
static size_t string_end(const char *json, size_t n, size_t at) {
  while (at < n && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return at < n ? at : n;
}

static size_t skip_space(const char *json, size_t n, size_t at) {
  while (at < n && (json[at] == ' ' || json[at] == '\t' || json[at] == '\n' || json[at] == '\r')) at++;
  return at;
}

static void copy_plain(char *to, size_t size, const char *from, size_t n) {
  if (n >= size || memchr(from, '\\', n) != NULL) return; // none of these values needs escapes
  memcpy(to, from, n);
  to[n] = 0;
}

static void read_value(struct call *c, const char *key, size_t key_n, const char *value, size_t n) {
#define IS(name) (key_n == sizeof name - 1 && memcmp(key, name, key_n) == 0)
  if (value[0] == '"') {
    size_t end = string_end(value, n, 1);
    if (IS("cniVersion")) copy_plain(c->version, sizeof c->version, value + 1, end - 1);
    if (IS("socket")) copy_plain(c->socket, sizeof c->socket, value + 1, end - 1);
    if (IS("cniDir")) copy_plain(c->cni_dir, sizeof c->cni_dir, value + 1, end - 1);
  } else if (IS("daemonWaitSeconds")) {
    char number[24] = "";
    size_t digits = 0;
    while (digits < n && ((value[digits] >= '0' && value[digits] <= '9') || value[digits] == '.')) digits++;
    copy_plain(number, sizeof number, value, digits);
    if (number[0] != 0) c->wait_seconds = atof(number);
  }
#undef IS
}

void scan_configuration(const char *json, size_t n, struct call *c) {
  int depth = 0;
  for (size_t at = 0; at < n; at++) {
    char here = json[at];
    if (here == '{' || here == '[') depth++;
    if (here == '}' || here == ']') depth--;
    if (here != '"') continue;
    size_t end = string_end(json, n, at + 1);
    size_t colon = skip_space(json, n, end + 1);
    if (depth == 1 && colon < n && json[colon] == ':') {
      size_t value = skip_space(json, n, colon + 1);
      if (value < n) read_value(c, json + at + 1, end - at - 1, json + value, n - value);
      at = colon;
    } else {
      at = end;
    }
  }
}

static void put_json_text(struct buf *b, const char *text) {
  put_u8(b, '"');
  for (const unsigned char *p = (const unsigned char *)text; *p != 0; p++) {
    char escaped[8];
    if (*p == '"' || *p == '\\') snprintf(escaped, sizeof escaped, "\\%c", *p);
    else if (*p < 0x20 || *p == 0x7f) snprintf(escaped, sizeof escaped, "\\u%04x", *p);
    else snprintf(escaped, sizeof escaped, "%c", *p);
    buf_puts(b, escaped);
  }
  put_u8(b, '"');
}

static void print(struct buf *b) {
  write_all(STDOUT_FILENO, b->data, b->len);
  buf_free(b);
}

void answer_version(const struct call *c) {
  struct buf b = {0};
  buf_puts(&b, "{\"cniVersion\":");
  put_json_text(&b, c->version[0] == 0 ? "1.1.0" : c->version);
  buf_puts(&b, ",\"supportedVersions\":[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}\n");
  print(&b);
}

void answer_error(const struct call *c, int code, const char *id, const char *sentence, const char *fix) {
  struct buf text = {0};
  buf_puts(&text, id);
  buf_puts(&text, ": ");
  buf_puts(&text, sentence);
  buf_puts(&text, ". ");
  buf_puts(&text, fix);
  put_u8(&text, 0);
  answer_text(c, code, (const char *)text.data);
  buf_free(&text);
}

void answer_text(const struct call *c, int code, const char *text) {
  struct buf b = {0};
  char number[16];
  snprintf(number, sizeof number, "%d", code);
  buf_puts(&b, "{\"cniVersion\":");
  put_json_text(&b, c->version[0] == 0 ? "0.1.0" : c->version); // CNI-14
  buf_puts(&b, ",\"code\":");
  buf_puts(&b, number);
  buf_puts(&b, ",\"msg\":");
  put_json_text(&b, text);
  buf_puts(&b, "}\n");
  print(&b);
}
