package main

import (
	"fmt"
	"os"

	"github.com/blacktop/go-macho"
	"github.com/blacktop/go-macho/pkg/codesign"
	"github.com/blacktop/go-macho/pkg/codesign/types"
)

func main() {
	if err := sign(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sign(path, id string) error {
	file, err := macho.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.CodeSign(&codesign.Config{ID: id, Flags: types.ADHOC}); err != nil {
		return err
	}
	return file.Save(path)
}
