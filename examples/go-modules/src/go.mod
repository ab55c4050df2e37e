module example.org/sizes

go 1.19

require github.com/dustin/go-humanize v1.0.1
