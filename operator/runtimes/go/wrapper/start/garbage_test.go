package start

import (
	"runtime"
	"testing"
	"time"
)

func TestCollectLessRaisesTheGoalAfterTheFirstCollection(t *testing.T) {
	before := goalOfCollector()
	kept := collectLess()
	if got := goalOfCollector(); got != before {
		t.Errorf("got a goal of %d before a collection, want %d as it was", got, before)
	}
	for deadline := time.Now().Add(10 * time.Second); goalOfCollector() < 2*untouched; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("got a goal of %d, want %d or more", goalOfCollector(), 2*untouched)
		}
		runtime.GC()
	}
	runtime.KeepAlive(kept)
}

func goalOfCollector() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NextGC
}
