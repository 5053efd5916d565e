// A Node.js addon for the daemon: the user of a unix socket's peer (SO_PEERCRED), which Node.js does not provide.
#include <node_api.h>
#include <sys/socket.h>

// peerUid(fd) → user ID, or undefined on failure
static napi_value peer_uid(napi_env env, napi_callback_info info) {
  napi_value args[1], result;
  size_t n = 1;
  int32_t fd = -1;
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (napi_get_undefined(env, &result) != napi_ok) return NULL;
  if (napi_get_cb_info(env, info, &n, args, NULL, NULL) != napi_ok || n < 1 ||
      napi_get_value_int32(env, args[0], &fd) != napi_ok)
    return result;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return result;
  if (napi_create_uint32(env, peer.uid, &result) != napi_ok) return NULL;
  return result;
}

NAPI_MODULE_INIT() {
  napi_value f;
  if (napi_create_function(env, "peerUid", NAPI_AUTO_LENGTH, peer_uid, NULL, &f) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "peerUid", f) != napi_ok) return NULL;
  return exports;
}
