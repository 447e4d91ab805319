// Package recent keeps answers to questions that come again: a bounded number of
// them, for several goroutines.
//
// It is for answers that depend on the question alone. Whoever asks has to put
// everything into the question that the answer depends on.
package recent

import "sync"

// Answers keeps the answers to the last questions. The zero value keeps none; a
// nil one neither.
//
// There are two generations. A question goes into the younger one; when that is
// full it becomes the older one, and what nobody asked for since is forgotten.
type Answers[Q comparable, A any] struct {
	mu             sync.Mutex
	young, old     map[Q]A
	perGeneration  int
	weight, weigh  int64 // of the young generation, and how much it may have; 0: nobody weighs
	weightOfAnswer func(Q, A) int64
}

// New keeps between n and 2n answers.
func New[Q comparable, A any](n int) *Answers[Q, A] {
	return &Answers[Q, A]{perGeneration: n}
}

// NewWeighed keeps between n and 2n answers, and fewer where they would have more
// than twice the weight together.
func NewWeighed[Q comparable, A any](n int, weight int64, of func(Q, A) int64) *Answers[Q, A] {
	return &Answers[Q, A]{perGeneration: n, weigh: weight, weightOfAnswer: of}
}

// Of returns the answer to q: the one that is kept, else the one of find, which is
// kept then. Two who ask the same at the same time may both have to find it.
func (a *Answers[Q, A]) Of(q Q, find func() A) A {
	if answer, ok := a.Get(q); ok {
		return answer
	}
	answer := find()
	a.Put(q, answer)
	return answer
}

// Get returns the answer to q if it is kept.
func (a *Answers[Q, A]) Get(q Q) (A, bool) {
	var none A
	if a == nil {
		return none, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if answer, ok := a.young[q]; ok {
		return answer, true
	}
	answer, ok := a.old[q]
	if !ok {
		return none, false
	}
	a.put(q, answer)
	return answer, true
}

// Put keeps the answer to q.
func (a *Answers[Q, A]) Put(q Q, answer A) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(q, answer)
}

func (a *Answers[Q, A]) put(q Q, answer A) {
	if a.perGeneration <= 0 {
		return
	}
	if _, there := a.young[q]; there {
		return
	}
	var weight int64
	if a.weigh > 0 {
		if weight = a.weightOfAnswer(q, answer); weight > a.weigh {
			return
		}
	}
	if len(a.young) >= a.perGeneration || a.weigh > 0 && a.weight+weight > a.weigh {
		a.old, a.young, a.weight = a.young, nil, 0
	}
	if a.young == nil {
		a.young = map[Q]A{}
	}
	a.young[q] = answer
	a.weight += weight
}
