package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

const vendorList = "modules.txt"

// vendor makes the author's vendor folder that of the workspace, which is the only one that Go looks for. The wrapper
// requires nothing, so the lists differ in their first line only.
func (w *workspace) vendor() error {
	own, joint := filepath.Join(w.source, "vendor"), filepath.Join(w.folder, "vendor")
	list, err := os.ReadFile(filepath.Join(own, vendorList))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	w.isVendored = true
	if err := os.Mkdir(joint, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(joint, vendorList), append([]byte("## workspace\n"), list...), 0o600); err != nil {
		return err
	}
	return linkEntries(own, joint)
}

func linkEntries(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == vendorList {
			continue
		}
		if err := os.Symlink(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
