package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"sort"
	"strings"
)

const (
	defaultHandler = "main.Handler"
	// formerDefault is what the first CRD wrote into every function.
	formerDefault = "index.handler"
)

// function of an author.
type function struct {
	// packageName is that of the package in the folder, name that of the function in it.
	packageName, name string
}

// find reads the handler in the package of the folder; an empty one is the default.
func find(source, handler string) (function, error) {
	found, err := build.ImportDir(source, 0)
	if err != nil {
		return function{}, fmt.Errorf("source: %w", err)
	}
	if handler == "" || (handler == formerDefault && found.Name != "index") {
		handler = defaultHandler
	}
	packageName, name, isQualified := strings.Cut(handler, ".")
	if !isQualified {
		packageName, name = found.Name, handler
	}
	if packageName != found.Name && packageName != "main" {
		return function{}, fmt.Errorf("handler %s: no package %s: %s has package %s", handler, packageName, source, found.Name)
	}
	declared, err := declarations(source, found.GoFiles)
	if err != nil {
		return function{}, err
	}
	if err := check(declared, found.Name, name); err != nil {
		return function{}, fmt.Errorf("handler %s: %w", handler, err)
	}
	return function{found.Name, name}, nil
}

// kind of a declaration, as a message calls it.
type kind string

const (
	aFunction kind = "a function"
	aVariable kind = "a variable"
	aConstant kind = "a constant"
	aType     kind = "a type"
)

func check(declared map[string]kind, packageName, name string) error {
	if _, hasMain := declared["main"]; hasMain && packageName == "main" {
		return fmt.Errorf("package main has a function main, allowed none: the wrapper brings it")
	}
	what, isThere := declared[name]
	switch {
	case !isThere:
		return fmt.Errorf("no function %s, there is %s", name, functionsOf(declared))
	case what == aConstant, what == aType:
		return fmt.Errorf("%s is %s, allowed a function", name, what)
	case packageName != "main" && !token.IsExported(name):
		return fmt.Errorf("%s is not exported from package %s, allowed a name with a capital", name, packageName)
	default:
		return nil
	}
}

func functionsOf(declared map[string]kind) string {
	var names []string
	for name, what := range declared {
		if what == aFunction {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

// declarations of a package by name, without methods.
func declarations(source string, files []string) (map[string]kind, error) {
	declared := map[string]kind{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(source, file), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, declaration := range parsed.Decls {
			declare(declared, declaration)
		}
	}
	return declared, nil
}

func declare(declared map[string]kind, declaration ast.Decl) {
	switch declaration := declaration.(type) {
	case *ast.FuncDecl:
		if declaration.Recv == nil {
			declared[declaration.Name.Name] = aFunction
		}
	case *ast.GenDecl:
		for _, spec := range declaration.Specs {
			declareSpec(declared, declaration.Tok, spec)
		}
	}
}

func declareSpec(declared map[string]kind, keyword token.Token, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		declared[spec.Name.Name] = aType
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if keyword == token.CONST {
				declared[name.Name] = aConstant
			} else {
				declared[name.Name] = aVariable
			}
		}
	}
}
