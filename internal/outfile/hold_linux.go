//go:build linux && (amd64 || arm64)

package outfile

import (
	"syscall"
	"unsafe"
)

// signalAction is the kernel's struct sigaction (rt_sigaction(2)) on 64-bit systems.
type signalAction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

const ignoreSignal = 1 // SIG_IGN

// HoldInterrupts keeps the signals that end a run away from it until release is called.
// One that comes in between is lost, so it is for the moment only in which a finished
// file takes the place of another: what is interrupted then is done. Package os/signal
// does the same for longer times, but starts two threads first.
//
// The actions are put back as they were, those of the runtime as well as that
// somebody wants a signal to be ignored.
func HoldInterrupts() (release func()) {
	signals := [...]syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
	var before [len(signals)]signalAction
	var held [len(signals)]bool
	for i, s := range signals {
		held[i] = setSignalAction(s, &signalAction{handler: ignoreSignal}, &before[i])
	}
	return func() {
		for i, s := range signals {
			if held[i] {
				setSignalAction(s, &before[i], nil)
			}
		}
	}
}

func setSignalAction(s syscall.Signal, action, before *signalAction) bool {
	_, _, err := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(action)),
		uintptr(unsafe.Pointer(before)), unsafe.Sizeof(action.mask), 0, 0)
	return err == 0
}
