// Loaded into all processes of the CLI. It kills those of runs, which then do not store the code that they have compiled,
// so that each later one would compile all of it again.
import module from 'node:module'

setTimeout(() => module.flushCompileCache?.(), 500).unref()
