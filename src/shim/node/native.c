// A Node.js addon: system calls of the daemon and of direct mode for which Node.js has no API.
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <node_api.h>
#include <sys/socket.h>

static napi_value undefined_value(napi_env env) {
  napi_value result;
  return napi_get_undefined(env, &result) == napi_ok ? result : NULL;
}

// peerUid(fd) → user ID of the process at the other end of a unix socket; undefined on failure
static napi_value peer_uid(napi_env env, napi_callback_info info) {
  napi_value args[1], result;
  size_t n = 1;
  int32_t fd = -1;
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (napi_get_cb_info(env, info, &n, args, NULL, NULL) != napi_ok || n < 1 ||
      napi_get_value_int32(env, args[0], &fd) != napi_ok)
    return undefined_value(env);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return undefined_value(env);
  return napi_create_uint32(env, peer.uid, &result) == napi_ok ? result : NULL;
}

// lockByte(fd, type, offset) → 0, or errno (EAGAIN: another open file holds the lock). Changes the lock of one byte to
// F_RDLCK, F_WRLCK or F_UNLCK. Never waits. The lock belongs to the open file and ends with its last descriptor.
static napi_value lock_byte(napi_env env, napi_callback_info info) {
  napi_value args[3], result;
  size_t n = 3;
  int32_t fd = -1, type = -1;
  int64_t offset = -1;
  int problem = EINVAL;
  if (napi_get_cb_info(env, info, &n, args, NULL, NULL) == napi_ok && n == 3 &&
      napi_get_value_int32(env, args[0], &fd) == napi_ok && napi_get_value_int32(env, args[1], &type) == napi_ok &&
      napi_get_value_int64(env, args[2], &offset) == napi_ok) {
    struct flock lock = {.l_type = (short)type, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1};
    problem = fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
  }
  return napi_create_int32(env, problem, &result) == napi_ok ? result : NULL;
}

// linkIndex(name) → index of the link with that name or alternative name in the namespace of this process; 0: none
static napi_value link_index(napi_env env, napi_callback_info info) {
  napi_value args[1], result;
  size_t n = 1, length = 0;
  char name[IF_NAMESIZE + 1];
  uint32_t index = 0;
  // a name that fills the buffer is cut off, thus too long for any link
  if (napi_get_cb_info(env, info, &n, args, NULL, NULL) == napi_ok && n == 1 &&
      napi_get_value_string_utf8(env, args[0], name, sizeof name, &length) == napi_ok && length < IF_NAMESIZE)
    index = if_nametoindex(name);
  return napi_create_uint32(env, index, &result) == napi_ok ? result : NULL;
}

NAPI_MODULE_INIT() {
  napi_property_descriptor functions[] = {
      {"peerUid", NULL, peer_uid, NULL, NULL, NULL, napi_enumerable, NULL},
      {"lockByte", NULL, lock_byte, NULL, NULL, NULL, napi_enumerable, NULL},
      {"linkIndex", NULL, link_index, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  return napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions) == napi_ok ? exports
                                                                                                          : NULL;
}
