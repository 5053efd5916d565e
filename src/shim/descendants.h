// The processes below this one, also those that have left their session and process group.
#ifndef PLEXUS_DESCENDANTS_H
#define PLEXUS_DESCENDANTS_H
// Kills those that /proc shows now. New ones may begin meanwhile: call it until waitpid finds no child.
void descendants_kill(void);
#endif
