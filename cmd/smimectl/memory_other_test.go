//go:build !linux && !darwin && !freebsd

package main

// measured is for systems that tell a process's peak memory.
func measured() {}
