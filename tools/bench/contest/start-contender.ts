import { fork } from 'node:child_process'
import { join } from 'node:path'

import type { ContenderOptions } from 'bench-peers/contender'

import { NotRunError } from '../report/not-run-error.ts'

/** A contender in its own process, so that contenders do not share memory or compiled code. */
export interface RunningContender {
  /** Runs a round of this number of jobs. Returns jobs per second. */
  rate(jobs: number): Promise<number>
  /** Runs a round. Also returns the other figures of the contender. */
  round(jobs: number): Promise<{ readonly rate: number; readonly details: unknown }>
  stop(): Promise<void>
}

interface Answer {
  readonly ready?: boolean
  readonly durationMs?: number
  readonly details?: unknown
  readonly problem?: string
}

/** Returns the module of one of the bench's own contenders, such as `local/memory-floor`. */
export function contenderAt(name: string): string {
  const [engine = '', file = ''] = name.split('/')
  return join(import.meta.dirname, '..', engine, 'contenders', `${file}.ts`)
}

/** Starts a contender from its module. @throws {NotRunError} if this machine cannot run it. */
export async function startContender(module: string, options: ContenderOptions): Promise<RunningContender> {
  const child = fork(join(import.meta.dirname, 'contender-process.ts'), [module, JSON.stringify(options)], {
    execArgv: ['--expose-gc', '--conditions=@cgk-platform/source', '--disable-warning=ExperimentalWarning'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const next = (): Promise<Answer> =>
    Promise.race([
      new Promise<Answer>((resolve) => child.once('message', (answer) => resolve(answer as Answer))),
      exited.then(() => ({ problem: 'its process exited' })),
    ])
  const { problem } = await next()
  if (problem !== undefined) throw new NotRunError(problem)
  const round: RunningContender['round'] = async (jobs) => {
    const answer = next()
    child.send(jobs)
    const { durationMs, details, problem: failure } = await answer
    if (durationMs === undefined) throw new NotRunError(failure ?? 'its process returned no result')
    return { rate: (jobs / durationMs) * 1000, details }
  }
  return {
    round,
    rate: async (jobs) => (await round(jobs)).rate,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.send(0)
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exited
      clearTimeout(timer)
    },
  }
}
