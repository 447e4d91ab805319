package stage

// Both does two things at the same time, unless it is serial, and returns when both
// are done. A panic in either goes on here.
func Both(serial bool, one, other func()) {
	if serial {
		one()
		other()
		return
	}
	NewPair(one, other).Do()
}

// Pair does the same two things at the same time again and again, without any memory
// for each time.
type Pair struct {
	one, other func()
	done       chan struct{}
	panicked   any
}

// NewPair returns a Pair of two things. It is for use by one goroutine at a time.
func NewPair(one, other func()) *Pair {
	p := &Pair{one: one, done: make(chan struct{}, 1)}
	p.other = func() {
		defer func() {
			p.panicked = recover()
			p.done <- struct{}{}
		}()
		other()
	}
	return p
}

// Do does both, and returns when both are done. A panic in either goes on here.
func (p *Pair) Do() {
	go p.other()
	func() {
		defer p.wait()
		p.one()
	}()
	if p.panicked != nil {
		panic(p.panicked)
	}
}

func (p *Pair) wait() { <-p.done }
