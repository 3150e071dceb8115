package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// workspace is of two modules, the author's and the wrapper's: so each has the version of the language that its own
// go.mod says, and the author's needs no word about the wrapper.
type workspace struct {
	source, wrapper, folder string
	// version is that of the toolchain.
	version string
	// overlay has files that are not there, and where their text is.
	overlay map[string]string
	// isVendored says that what go.mod requires is in the author's folder.
	isVendored bool
}

func newWorkspace(source string) (*workspace, error) {
	absolute, err := filepath.Abs(source)
	if err != nil {
		return nil, err
	}
	// symbolic links would make it a folder outside of the workspace
	resolved, err := filepath.EvalSymlinks(absolute)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	wrapper, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "knative-lambda-build-")
	if err != nil {
		return nil, err
	}
	w := &workspace{source: resolved, wrapper: wrapper, folder: folder, overlay: map[string]string{}}
	if err := w.prepare(); err != nil {
		w.remove()
		return nil, err
	}
	return w, nil
}

// remove leaves what it cannot take away to the system: it is a temporary folder.
func (w *workspace) remove() { _ = os.RemoveAll(w.folder) }

func (w *workspace) prepare() error {
	if err := w.findVersion(); err != nil {
		return err
	}
	_, err := os.Stat(filepath.Join(w.source, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		err = w.add(filepath.Join(w.source, "go.mod"), fmt.Sprintf("module function\n\ngo %s\n", language.FindString(w.version)))
	}
	if err != nil {
		return err
	}
	if err := w.vendor(); err != nil {
		return err
	}
	work := fmt.Sprintf("go %s\n\nuse (\n\t%q\n\t%q\n)\n", w.version, w.source, w.wrapper)
	return os.WriteFile(filepath.Join(w.folder, "go.work"), []byte(work), 0o600)
}

var (
	released = regexp.MustCompile(`^go(\d+\.\d+(\.\d+|rc\d+)?)`)
	language = regexp.MustCompile(`^\d+\.\d+`)
)

// findVersion asks the Go that will build the function; this program may be of an older one.
func (w *workspace) findVersion() error {
	printed, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		return fmt.Errorf("go env GOVERSION: %w", err)
	}
	found := released.FindSubmatch(printed)
	if found == nil {
		return fmt.Errorf("go env GOVERSION: got %s, allowed a released version", strings.TrimSpace(string(printed)))
	}
	w.version = string(found[1])
	return nil
}

// add overlays a file that is not there.
func (w *workspace) add(path, text string) error {
	own := filepath.Join(w.folder, fmt.Sprintf("%d-%s", len(w.overlay), filepath.Base(path)))
	w.overlay[path] = own
	return os.WriteFile(own, []byte(text), 0o600)
}

func (w *workspace) download() error { return w.run("mod", "download") }

func (w *workspace) build(f function, output string) error {
	target, err := filepath.Abs(output)
	if err != nil {
		return err
	}
	folder, err := w.enter(f)
	if err != nil {
		return err
	}
	overlay, err := w.writeOverlay()
	if err != nil {
		return err
	}
	return w.run(
		"build", "-overlay="+overlay, "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=",
		"-o", target, folder,
	)
}

func (w *workspace) writeOverlay() (string, error) {
	text, err := json.Marshal(map[string]any{"Replace": w.overlay})
	if err != nil {
		return "", err
	}
	path := filepath.Join(w.folder, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}

// run says what the tool said.
func (w *workspace) run(arguments ...string) error {
	mode := "readonly"
	if w.isVendored {
		mode = "vendor"
	}
	command := exec.Command("go", arguments...)
	command.Dir = w.source
	command.Env = append(os.Environ(),
		"GOWORK="+filepath.Join(w.folder, "go.work"), "GOFLAGS=-mod="+mode, "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	printed, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("go %s: %w\n%s", arguments[0], err, strings.TrimSpace(string(printed)))
	}
	return nil
}
