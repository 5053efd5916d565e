// Detects that a plugin has started the shim, directly or through other processes. Such a call has the configuration of
// a network's author, who could thereby name another socket, and so another daemon. Plugins get PLEXUS_NESTED in their
// environment and pass it on; because an environment can be changed, the parent processes are checked as well: each
// plugin has a keeper, a plexus process that stays above everything that the plugin starts. Other meta-plugins (Multus)
// may run the shim. A copy of the shim under another name whose caller has removed the variable is not detected.
#ifndef PLEXUS_NESTED_H
#define PLEXUS_NESTED_H
#include <stdbool.h>

bool is_nested(void);
#endif
