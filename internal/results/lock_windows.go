package results

import "os"

// lock would lock f for this process alone; here there are no such locks.
func lock(*os.File) (busy bool) { return false }
