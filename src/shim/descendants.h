// The descendants of this process, including those in other sessions and process groups.
#ifndef PLEXUS_DESCENDANTS_H
#define PLEXUS_DESCENDANTS_H
// Kills those that /proc lists now. They may fork meanwhile: repeat until waitpid finds no child.
void descendants_kill(void);
#endif
