package invoke

import "sync"

// Slots are how many requests run at a time.
type Slots struct {
	limit int

	mutex sync.Mutex
	inUse int
	// stuck are those whose caller has its answer while a handler still runs.
	stuck int
}

// NewSlots has as many as the limit.
func NewSlots(limit int) *Slots { return &Slots{limit: limit} }

// Take is nil when all are taken.
func (s *Slots) Take() *Slot {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.inUse >= s.limit {
		return nil
	}
	s.inUse++
	return &Slot{slots: s}
}

// InUse is how many requests are being handled.
func (s *Slots) InUse() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.inUse
}

// AreStuck says whether every slot is held by a handler past its deadline.
func (s *Slots) AreStuck() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.stuck >= s.limit
}

// Slot is what one request holds until it is answered and its handlers have ended.
type Slot struct {
	slots      *Slots
	running    int
	isAnswered bool
	isStuck    bool
}

func (s *Slot) handlerStarted() {
	s.slots.mutex.Lock()
	defer s.slots.mutex.Unlock()
	s.running++
}

func (s *Slot) handlerEnded() {
	s.slots.mutex.Lock()
	defer s.slots.mutex.Unlock()
	s.running--
	s.releaseWhenDone()
}

// Answered is to be called when the caller has its answer or is gone; the first call counts.
func (s *Slot) Answered() {
	s.slots.mutex.Lock()
	defer s.slots.mutex.Unlock()
	if s.isAnswered {
		return
	}
	s.isAnswered = true
	s.isStuck = s.running > 0
	if s.isStuck {
		s.slots.stuck++
	}
	s.releaseWhenDone()
}

func (s *Slot) releaseWhenDone() {
	if !s.isAnswered || s.running > 0 {
		return
	}
	if s.isStuck {
		s.slots.stuck--
	}
	s.slots.inUse--
}
