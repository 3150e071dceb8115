package start

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	longestTermination = 4096
	// ticks is how many the kernel counts a second, in what it tells of processes.
	ticks = 100
)

// writeTermination says why the process ends where kubectl shows it; outside of a container there is no such file.
func writeTermination(message string) {
	path := os.Getenv("TERMINATION_MESSAGE_PATH")
	if path == "" {
		path = "/dev/termination-log"
	}
	line := strings.Join(strings.Fields(message), " ")
	if len(line) > longestTermination {
		line = strings.ToValidUTF8(line[:longestTermination], "")
	}
	_ = os.WriteFile(path, []byte(line), 0o644)
}

// sinceStart is since the kernel started the process; 0 where there is no /proc.
func sinceStart() time.Duration {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0
	}
	// the name of the program may hold spaces
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	up := bytes.Fields(uptime)
	const startField = 19
	if len(fields) <= startField || len(up) == 0 {
		return 0
	}
	started, err := strconv.ParseFloat(string(fields[startField]), 64)
	if err != nil {
		return 0
	}
	now, err := strconv.ParseFloat(string(up[0]), 64)
	if err != nil {
		return 0
	}
	return time.Duration(max(0, now-started/ticks) * float64(time.Second))
}
