// Runs CNI calls one after the other as a container runtime does: environment, configuration on stdin, the answer on
// stdout, until the process has ended. What is measured is nothing but those processes; whoever starts this one
// (the benchmark, in TypeScript) is not in the figures.
//
//   run-calls NETNS < calls > answers
//
// NETNS stands for the node: all of it runs in there. A call is a sequence of texts, each ended by a zero byte: the
// number of environment variables, the program, the variables (NAME=value), the configuration. An answer is one line,
// "exit-status start-ns end-ns user-us system-us peak-memory-KiB bytes", with times of CLOCK_MONOTONIC, and then that
// many bytes of stdout. Ends after the first call that fails.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_VARIABLES 64

struct buffer {
  char *bytes;
  size_t length;
  size_t room;
};

static void fail(const char *what) {
  perror(what);
  exit(2);
}

static void read_all(int fd, struct buffer *into) {
  into->length = 0;
  for (;;) {
    if (into->room - into->length < 4096) {
      into->room = into->room * 2 + 65536;
      into->bytes = realloc(into->bytes, into->room);
      if (into->bytes == NULL) fail("memory");
    }
    const ssize_t got = read(fd, into->bytes + into->length, into->room - into->length - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read");
    if (got == 0) break;
    into->length += (size_t)got;
  }
  into->bytes[into->length] = '\0';
}

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long microseconds(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

/** The text at a place; moves on behind it. */
static char *next(char **place, const char *end) {
  char *text = *place;
  if (text >= end) exit(3);
  *place = text + strlen(text) + 1;
  return text;
}

/** Adds what processes used that the program left behind for a moment, such as a keeper of the shim. */
static void add_orphans(struct rusage *sum) {
  struct rusage usage;
  while (wait4(-1, NULL, 0, &usage) > 0) {
    timeradd(&sum->ru_utime, &usage.ru_utime, &sum->ru_utime);
    timeradd(&sum->ru_stime, &usage.ru_stime, &sum->ru_stime);
  }
}

static int run(char *program, char **variables, const char *stdin_text, struct buffer *answer) {
  int in[2], out[2], status;
  pid_t child;
  struct rusage usage;
  posix_spawn_file_actions_t actions;
  char *const words[] = {program, NULL};

  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) fail("pipe");
  fcntl(in[1], F_SETPIPE_SZ, 1 << 20); // all of it fits, whenever it is read
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  const long long start = now_ns();
  errno = posix_spawn(&child, program, &actions, NULL, words, variables);
  if (errno != 0) fail(program);
  close(in[0]);
  close(out[1]);
  const char *left = stdin_text;
  for (size_t length = strlen(left); length > 0;) {
    const ssize_t written = write(in[1], left, length);
    if (written < 0) break; // a plugin need not read its stdin
    left += written;
    length -= (size_t)written;
  }
  close(in[1]);
  read_all(out[0], answer);
  if (wait4(child, &status, 0, &usage) < 0) fail("wait4");
  const long long end = now_ns();
  add_orphans(&usage);
  close(out[0]);
  posix_spawn_file_actions_destroy(&actions);
  const int exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  printf("%d %lld %lld %lld %lld %ld %zu\n", exit_status, start, end, microseconds(usage.ru_utime),
         microseconds(usage.ru_stime), usage.ru_maxrss, answer->length);
  fwrite(answer->bytes, 1, answer->length, stdout);
  return exit_status;
}

int main(int count, char **words) {
  struct buffer calls = {0}, answer = {0};
  char *variables[MOST_VARIABLES + 1];
  if (count != 2) return 2;
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const int netns = open(words[1], O_RDONLY | O_CLOEXEC);
  if (netns < 0 || setns(netns, CLONE_NEWNET) != 0) fail(words[1]);
  read_all(0, &calls);
  const char *end = calls.bytes + calls.length;
  for (char *place = calls.bytes; place < end;) {
    const int wanted = atoi(next(&place, end));
    char *program = next(&place, end);
    if (wanted < 0 || wanted > MOST_VARIABLES) return 3;
    for (int index = 0; index < wanted; index++) variables[index] = next(&place, end);
    variables[wanted] = NULL;
    if (run(program, variables, next(&place, end), &answer) != 0) break;
  }
  return 0;
}
