// Command generate writes the package of one language that a Pulumi schema describes: generate LANGUAGE SCHEMA FOLDER.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-zuplo"

// The schema refers to no other package, so nothing is ever loaded.
type noLoader struct{ schema.ReferenceLoader }

type language struct {
	importer schema.Language
	generate func(pkg *schema.Package) (map[string][]byte, error)
}

var languages = map[string]language{
	"go": {golang.Importer, func(pkg *schema.Package) (map[string][]byte, error) {
		return golang.GeneratePackage(tool, pkg, nil)
	}},
	"nodejs": {nodejs.Importer, func(pkg *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, noLoader{})
	}},
	"python": {python.Importer, func(pkg *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, pkg, nil, noLoader{})
	}},
}

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: generate LANGUAGE SCHEMA FOLDER"))
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fail(err)
	}
}

func generate(name, schemaPath, folder string) error {
	language, isKnown := languages[name]
	if !isKnown {
		return fmt.Errorf("there is no language %q: give go, nodejs or python", name)
	}
	text, err := os.ReadFile(schemaPath)
	if err != nil {
		return err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return fmt.Errorf("%s: %w", schemaPath, err)
	}
	importers := map[string]schema.Language{name: language.importer}
	pkg, err := schema.ImportSpec(spec, importers, noLoader{}, schema.ValidationOptions{})
	if err != nil {
		return err
	}
	files, err := language.generate(pkg)
	if err != nil {
		return err
	}
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
