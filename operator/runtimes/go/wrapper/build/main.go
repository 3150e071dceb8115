// Command build joins the function of an author to the wrapper in one static program. It is run in the folder of the
// wrapper.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	source := flag.String("source", "/app", "folder of the function")
	handler := flag.String("handler", "", "package.Function or Function; main.Handler unless given")
	output := flag.String("output", "/function", "program to write")
	isDownload := flag.Bool("download", false, "only download what go.mod requires")
	flag.Parse()
	if err := run(*source, *handler, *output, *isDownload); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(source, handler, output string, isDownload bool) error {
	w, err := newWorkspace(source)
	if err != nil {
		return err
	}
	defer w.remove()
	if isDownload {
		return w.download()
	}
	function, err := find(w.source, handler)
	if err != nil {
		return err
	}
	return w.build(function, output)
}
