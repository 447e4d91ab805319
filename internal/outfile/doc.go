// Package outfile has what makes an output appear whole or not at all: files without a name
// until they are finished, directories that are made durable, and what is left behind by
// nobody, however a run ends. What goes into the files, and what is said when that fails,
// it leaves to others.
package outfile
