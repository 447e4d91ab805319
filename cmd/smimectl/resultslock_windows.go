package main

import "os"

// lockResults would lock f for this process alone; here there are no such locks.
func lockResults(*os.File) (busy bool) { return false }
