package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// entryFile is in the author's package where that is main, else entryFolder is beside its files. Both are overlaid:
// nothing is written to the author's folder.
const (
	entryFile     = "knative_lambda_entry.go"
	entryFolder   = "knative_lambda_entry"
	mainFormat    = "package main\n\nimport \"lambda.knative.io/runtime/start\"\n\nfunc main() { start.Main(%q, %s) }\n"
	packageFormat = "package main\n\nimport (\n\t\"lambda.knative.io/runtime/start\"\n\tfunction %q\n)\n\n" +
		"func main() { start.Main(%q, function.%s) }\n"
)

// enter adds the function main, and returns the folder that it is in.
func (w *workspace) enter(f function) (string, error) {
	name := f.packageName + "." + f.name
	if f.packageName == "main" {
		return ".", w.add(filepath.Join(w.source, entryFile), fmt.Sprintf(mainFormat, name, f.name))
	}
	module, err := w.module()
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf(packageFormat, module, name, f.name)
	return "./" + entryFolder, w.add(filepath.Join(w.source, entryFolder, "main.go"), text)
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

func (w *workspace) module() (string, error) {
	path := filepath.Join(w.source, "go.mod")
	if own, isOverlaid := w.overlay[path]; isOverlaid {
		path = own
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	found := moduleLine.FindSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("%s: got no line module, allowed one", path)
	}
	return string(found[1]), nil
}
