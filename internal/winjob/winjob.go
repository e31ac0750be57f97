// Package winjob ends a process together with all that it has started, on
// Windows, where there are no process groups to kill. On other systems it is
// empty.
package winjob
