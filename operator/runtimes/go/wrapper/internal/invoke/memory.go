package invoke

import (
	"bytes"
	"os"
	"strconv"
	"sync"
	"time"
)

const freshFor = time.Second

// memoryGauge reads the resident memory of the process at most once a second: it costs a few system calls.
type memoryGauge struct {
	mutex     sync.Mutex
	megabytes float64
	readAt    time.Time
}

func (g *memoryGauge) read(now time.Time) float64 {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if now.Sub(g.readAt) >= freshFor {
		g.megabytes, g.readAt = residentMegabytes(), now
	}
	return g.megabytes
}

// residentMegabytes is 0 where there is no /proc.
func residentMegabytes() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseFloat(string(fields[1]), 64)
	if err != nil {
		return 0
	}
	return pages * float64(os.Getpagesize()) / 1e6
}
