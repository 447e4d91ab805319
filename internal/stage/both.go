package stage

// Both does two things at the same time, unless it is serial, and returns when both
// are done. A panic in either goes on here.
func Both(serial bool, one, other func()) {
	if serial {
		one()
		other()
		return
	}
	var panicked any
	done := make(chan struct{})
	go func() {
		defer func() {
			panicked = recover()
			close(done)
		}()
		other()
	}()
	func() {
		defer func() { <-done }()
		one()
	}()
	if panicked != nil {
		panic(panicked)
	}
}
