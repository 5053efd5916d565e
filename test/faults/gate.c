// Stands in a folder of CNI plugins under a plugin's name: runs the real plugin, and at one call does what goes wrong.
// Beside it: real/NAME (the real plugin), plan (one line: CONTAINER COMMAND NUMBER start|end ACTION), count, daemon.pid.
// Several calls may come at once; the one that is meant takes the plan away before it acts.
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[2048], self[2048];

static const char *env(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? "" : value;
}

static const char *in_folder(const char *name) {
  static char path[8][4200];
  static int next;
  char *p = path[next++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", folder, name);
  return p;
}

static int read_number(const char *name) {
  FILE *f = fopen(in_folder(name), "r");
  int n = 0;
  if (f != NULL && fscanf(f, "%d", &n) != 1) n = 0;
  if (f != NULL) fclose(f);
  return n;
}

static int count_this(void) {
  int lock = open(in_folder("lock"), O_CREAT | O_RDWR, 0600);
  flock(lock, LOCK_EX);
  int n = read_number("count") + 1;
  FILE *f = fopen(in_folder("count"), "w");
  if (f != NULL) fprintf(f, "%d\n", n), fclose(f);
  close(lock);
  return n;
}

struct plan {
  char container[256], command[16], when[16], action[32];
  int number;
};

static int read_plan(struct plan *p) {
  FILE *f = fopen(in_folder("plan"), "r");
  if (f == NULL) return 0;
  int n = fscanf(f, "%255s %15s %d %15s %31s", p->container, p->command, &p->number, p->when, p->action);
  fclose(f);
  return n == 5 && strcmp(p->container, env("CNI_CONTAINERID")) == 0 && strcmp(p->command, env("CNI_COMMAND")) == 0;
}

static int is(const char *a, const char *b) { return strcmp(a, b) == 0; }

static void for_ever(void) {
  for (;;) pause();
}

static void remove_netns(void) {
  char command[4300], netns[2048];
  snprintf(netns, sizeof netns, "%s", env("CNI_NETNS"));
  snprintf(command, sizeof command, "ip netns delete '%s' >&2", basename(netns));
  if (system(command) != 0) fprintf(stderr, "%s failed\n", command);
}

// Returns when the call shall go on.
static void act(const char *action) {
  unlink(in_folder("plan"));
  FILE *f = fopen(in_folder("done"), "w");
  if (f != NULL) fprintf(f, "%s\n", action), fclose(f);
  if (is(action, "kill-daemon")) kill(read_number("daemon.pid"), SIGKILL);
  else if (is(action, "kill-shim")) kill(getppid(), SIGKILL), for_ever();
  else if (is(action, "kill-plugin")) kill(getpid(), SIGKILL), for_ever();
  else if (is(action, "hang")) for_ever();
  else if (is(action, "remove-netns")) remove_netns();
  else {
    if (is(action, "error")) printf("{\"cniVersion\":\"1.0.0\",\"code\":999,\"msg\":\"the switch is busy\"}");
    if (is(action, "garbage")) printf("}{ no JSON");
    if (is(action, "flood")) {
      static char block[1 << 16];
      memset(block, 'x', sizeof block);
      for (int i = 0; i < 1600; i++)
        if (write(STDOUT_FILENO, block, sizeof block) < 0) break;
    }
    fflush(stdout);
    _exit(is(action, "error") ? 1 : 0);
  }
}

int main(void) {
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  if (n < 0) return 3;
  self[n] = 0;
  snprintf(folder, sizeof folder, "%s", self);
  dirname(folder);
  char real[4300];
  snprintf(real, sizeof real, "%s/real/%s", folder, basename(self));
  struct plan plan;
  int is_meant = read_plan(&plan) && count_this() == plan.number;
  if (is_meant && is(plan.when, "start")) act(plan.action);
  if (!is_meant || is(plan.when, "start")) {
    char *const argv[] = {real, NULL};
    execv(real, argv);
    return 3;
  }
  int out[2]; // the real plugin ends before anything goes wrong
  if (pipe(out) != 0) return 3;
  pid_t child = fork();
  if (child == 0) {
    dup2(out[1], STDOUT_FILENO);
    close(out[0]);
    close(out[1]);
    char *const argv[] = {real, NULL};
    execv(real, argv);
    _exit(3);
  }
  close(out[1]);
  static char answer[1 << 20];
  size_t len = 0;
  for (ssize_t got; (got = read(out[0], answer + len, sizeof answer - len)) > 0;) len += (size_t)got;
  int status = 0;
  waitpid(child, &status, 0);
  act(plan.action);
  fwrite(answer, 1, len, stdout);
  fflush(stdout);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
