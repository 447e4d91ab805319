package main

// inherited would report whether a descriptor was handed on: nobody can tell here.
func inherited(fd int) bool { return true }
