// Sizes prints how large files are.
package main

import (
	"fmt"
	"os"

	"github.com/dustin/go-humanize"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: sizes FILE...")
		os.Exit(64)
	}
	var sum uint64
	code := 0
	for _, path := range os.Args[1:] {
		info, err := os.Stat(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "sizes:", err)
			code = 1
			continue
		}
		sum += uint64(info.Size())
		fmt.Printf("%-9s %s\n", humanize.IBytes(uint64(info.Size())), path)
	}
	if len(os.Args) > 2 {
		fmt.Printf("%-9s in all\n", humanize.IBytes(sum))
	}
	os.Exit(code)
}
