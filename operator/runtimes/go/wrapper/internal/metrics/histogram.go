package metrics

import (
	"fmt"
	"io"
	"sort"
)

type histogram struct {
	bounds []float64
	counts []int64
	sum    float64
}

// newHistogram takes bounds that ascend.
func newHistogram(bounds ...float64) histogram {
	return histogram{bounds: bounds, counts: make([]int64, len(bounds)+1)}
}

func (h *histogram) observe(value float64) {
	h.counts[sort.SearchFloat64s(h.bounds, value)]++
	h.sum += value
}

func (h *histogram) write(writer io.Writer, name, labels string) {
	var count int64
	for i, bound := range h.bounds {
		count += h.counts[i]
		fmt.Fprintf(writer, "%s_bucket{%s,le=\"%g\"} %d\n", name, labels, bound, count)
	}
	count += h.counts[len(h.bounds)]
	fmt.Fprintf(writer, "%s_bucket{%s,le=\"+Inf\"} %d\n", name, labels, count)
	fmt.Fprintf(writer, "%s_sum{%s} %g\n%s_count{%s} %d\n", name, labels, h.sum, name, labels, count)
}
