package main

// stackRoom is what a mail's way through the program needs of stack.
const stackRoom = 48 << 10

// growStack has the stack of this goroutine grown to stackRoom at least. It begins
// with 8 KiB; each time they do not suffice, everything on it is copied to twice as much
// and each frame is walked over, which for a small mail is a twentieth of all work. Here
// it happens once, while there is next to nothing on it: the runtime makes room for
// the array when the function is entered, and nobody touches it.
//
//go:noinline
func growStack(touch bool) {
	if touch {
		var room [stackRoom]byte
		fill(&room)
	}
}

//go:noinline
func fill(room *[stackRoom]byte) { room[0]++ }
