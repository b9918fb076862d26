import { fork } from 'node:child_process'
import { join } from 'node:path'

import type { Place } from 'bench-peers/contender'

import { NotRunError } from './not-run-error.ts'

/** A contender in a process of its own, so that neither memory nor compiled code of one touches the other. */
export interface RunningContender {
  /** Jobs a second in one round. */
  rate(jobs: number): Promise<number>
  stop(): Promise<void>
}

interface Answer {
  readonly ready?: boolean
  readonly durationMs?: number
  readonly problem?: string
}

/** Starts the contender that this module opens. @throws {NotRunError} where it cannot be had on this machine. */
export async function startContender(module: string, place: Place): Promise<RunningContender> {
  const child = fork(join(import.meta.dirname, 'contender-process.ts'), [module, JSON.stringify(place)], {
    execArgv: ['--expose-gc', '--conditions=@cgk-platform/source', '--disable-warning=ExperimentalWarning'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const next = (): Promise<Answer> =>
    Promise.race([
      new Promise<Answer>((resolve) => child.once('message', (answer) => resolve(answer as Answer))),
      exited.then(() => ({ problem: 'its process ended' })),
    ])
  const { problem } = await next()
  if (problem !== undefined) throw new NotRunError(problem)
  return {
    async rate(jobs) {
      const answer = next()
      child.send(jobs)
      const { durationMs, problem: trouble } = await answer
      if (durationMs === undefined) throw new NotRunError(trouble ?? 'it gave no answer')
      return (jobs / durationMs) * 1000
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.send(0)
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exited
      clearTimeout(timer)
    },
  }
}
