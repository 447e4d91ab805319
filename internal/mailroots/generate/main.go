// Command generate makes the built-in list of e-mail roots out of certdata.txt.
// It is run by make roots and is no part of the program.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"smimectl/internal/mailroots"
)

func main() {
	source := flag.String("source", "", "where the roots come from: package and version")
	date := flag.String("date", "", "the day of the list, 2006-01-02")
	output := flag.String("o", "", "file to be written")
	flag.Parse()
	if err := generate(*source, *date, *output, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(source, date, output, input string) error {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(input)
	if err != nil {
		return err
	}
	roots, err := mailroots.FromCertdata(data)
	if err != nil {
		return err
	}
	list, err := mailroots.Encode(source, day, roots)
	if err != nil {
		return err
	}
	if err := os.WriteFile(output, list, 0o644); err != nil {
		return err
	}
	fmt.Printf("%d e-mail roots of %s (%s)\n", len(roots), date, source)
	return nil
}
