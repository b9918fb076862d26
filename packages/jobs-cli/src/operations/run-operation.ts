import type { JobClient } from '@cgk-platform/jobs-core'

import type { ClientFlags } from '../client/client-flags.ts'
import { openClient, type OpenedClient } from '../client/open-client.ts'
import { readVariables } from '../doctor/read-variables.ts'
import { createOutput, type Output } from '../terminal/output.ts'
import { reserveStdout, type WriteOut } from '../terminal/reserve-stdout.ts'
import { describeError } from './describe-error.ts'
import { exitCodeOf } from './exit-code-of.ts'

/** The flags of every command that uses an engine. */
export interface OperationFlags extends ClientFlags {
  readonly json?: boolean
}

/** The engine and the output of an operation. */
export interface OperationContext extends OpenedClient {
  readonly output: Output
  /** Writes to the real stdout, without waiting. */
  readonly writeOut: WriteOut
  /** Returns a signal that aborts when the user presses Ctrl-C, which then no longer ends the process. */
  untilInterrupted(): AbortSignal
}

/** A command on an open engine. Resolves with its exit code; nothing means 0. */
export type Operation = (context: OperationContext) => Promise<number> | Promise<void>

/** Opens the engine, runs the operation, reports its error on stderr, and ends the process with the exit code. */
export async function runOperation(
  flags: ClientFlags,
  operation: Operation,
  needsJobs: 'needs-jobs' | 'needs-no-jobs' = 'needs-no-jobs',
): Promise<never> {
  const stdout = reserveStdout()
  const output = createOutput(stdout.write)
  let client: JobClient | undefined
  let exitCode: number
  try {
    const cwd = process.cwd()
    readVariables(flags.envFile ?? [], cwd)
    const opened = await openClient(flags, { cwd, needsJobs: needsJobs === 'needs-jobs', note: output.note })
    client = opened.client
    const context = { ...opened, output, writeOut: stdout.write, untilInterrupted }
    const result = await operation(context)
    exitCode = typeof result === 'number' ? result : 0
  } catch (error) {
    const { message, code } = describeError(error)
    output.note(`error: ${message}${code === undefined ? '' : ` (${code})`}`)
    exitCode = exitCodeOf(error)
  }
  await client?.close({ timeout: 2000 }).catch(() => undefined)
  await output.write('') // after everything before it
  stdout.release()
  // Connections of the app's modules could keep the process alive.
  process.exit(exitCode)
}

function untilInterrupted(): AbortSignal {
  const interrupt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort())
  return interrupt.signal
}
