// Package dying knows of processes that have ended and are still there. Between
// a process's last instruction and the moment when its parent hears of it, the
// kernel takes its memory apart; on a busy machine, where hundreds of processes
// run one binary, that has been seen to take three seconds. Whoever waits for
// an end has to know that it has come.
package dying
