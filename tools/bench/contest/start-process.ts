import { type ChildProcess, fork } from 'node:child_process'

import type { ContenderOptions, LoadRole } from 'bench-peers/contender'

import { NotRunError } from '../report/not-run-error.ts'

/** A process of a contender. */
export interface RunningProcess<Request> {
  /** Sends a request. Resolves with the answer. @throws {NotRunError} if the process reports a problem. */
  ask(request: Request): Promise<unknown>
  stop(): Promise<void>
}

/** Starts a file with a contender's module, its options and a role. It closes when it receives `close`. */
export async function startProcess<Request extends object | string>(
  file: string,
  module: string,
  options: ContenderOptions,
  role: LoadRole,
): Promise<RunningProcess<Request | 'close'>> {
  const child = fork(file, [module, JSON.stringify(options), role], {
    execArgv: ['--conditions=@cgk-platform/source', '--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const next = (): Promise<unknown> =>
    Promise.race([
      new Promise<unknown>((resolve) => child.once('message', (answer) => resolve(answer))),
      exited.then(() => ({ problem: 'its process exited' })),
    ])
  const checked = (answer: unknown): unknown => {
    const { problem } = answer as { problem?: string }
    if (problem !== undefined) throw new NotRunError(problem)
    return answer
  }
  checked(await next())
  return {
    async ask(request) {
      const answer = next()
      child.send(request)
      return checked(await answer)
    },
    stop: () => stop(child, exited),
  }
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.send('close')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await exited
  clearTimeout(timer)
}
