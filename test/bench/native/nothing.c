// The smallest CNI plugin there is: answers ADD with a fixed result and everything else with nothing. Built with
// -DSLEEP_MS=250 it takes its time, as a plugin does that waits for the kernel or a server.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(void) {
  const struct timespec pause = {SLEEP_MS / 1000, (SLEEP_MS % 1000) * 1000000L};
  const char *command = getenv("CNI_COMMAND");
  const char *name = getenv("CNI_IFNAME");
  const char *sandbox = getenv("CNI_NETNS");
  if (SLEEP_MS > 0) nanosleep(&pause, NULL);
  if (command == NULL || strcmp(command, "ADD") != 0) return 0;
  printf("{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"%s\",\"mac\":\"02:00:00:00:00:01\",\"sandbox\":\"%s\"}],"
         "\"ips\":[{\"address\":\"10.0.0.5/24\",\"interface\":0}]}\n",
         name == NULL ? "" : name, sandbox == NULL ? "" : sandbox);
  return 0;
}
