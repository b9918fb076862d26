#!/usr/bin/env node
import { createRequire } from 'node:module'

import { CommanderError } from 'commander'

import { createProgram } from './create-program.ts'

const { version } = createRequire(import.meta.url)('@cgk-platform/jobs-cli/package.json') as { version: string }

// The reader may close the pipe early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
// Without a reader of its remarks, a command still ends what it has begun.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  await createProgram(version).parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Exit code 0 means that help or the version was printed. All other errors of commander are invalid calls.
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
