import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'

import type { JobStatus } from '@cgk-platform/jobs-core'
import type { StepStatus } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { readsTypeScript } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import type { Child } from '../kit/start-module.ts'
import { waitUntil } from '../kit/wait-until.ts'

/** The size of the test. Set a larger one in the environment to search for rare faults. */
const count = Number(process.env['WORKFLOWS'] ?? 60)
/** Number of workflows after whose end a worker is killed. */
const killEvery = 15
/** Number of workflows that are open at a time. */
const openCount = 16

const shapes = ['sequential', 'parallel', 'failing']
/** Of so many workflows of a shape, one is not cancelled. */
const leaveEvery = 5

/** A worker whose workflows run three steps: one after another, in parallel, or until the run fails. */
const worker = `
  import { appendFileSync } from 'node:fs'
  import { NonRetryableError } from '@cgk-platform/jobs-local'
  const note = (...words) => appendFileSync(process.env.LEDGER, words.join(' ') + '\\n')
  const someTime = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 100))
  const steps = async ({ payload: { event } }, step, { runId }) => {
    const compensate = (id) => {
      note(runId, id, process.pid)
      return someTime()
    }
    const [one, two, three] = ['one', 'two', 'three'].map(
      (id) => () => step.run(id, someTime, { compensate: () => compensate(id) }),
    )
    if (event === 'parallel') return void (await Promise.all([one(), two(), three()]))
    await one()
    await two()
    await three()
    if (event === 'failing') throw new NonRetryableError('Failed on purpose.')
  }
  const retry = { maxAttempts: 50 } // more than a run that seems to end its process uses up
  const flow = defineWorkflow({ id: 'flow', event: 'analytics.track', retry, compensateOnCancel: true, steps })
  await work([flow], { concurrency: 8 })
`

test.runIf(readsTypeScript)(
  'each completed step of a cancelled or failed workflow is compensated once, in reverse order, even if workers are killed',
  async ({ onTestFinished }) => {
    const { client, path, folder, start } = createSharedFile(onTestFinished)
    const LEDGER = join(folder, 'ledger')
    writeFileSync(LEDGER, '')
    const startWorker = (): Child => start(worker, { env: { LEDGER } })
    const workers = [startWorker(), startWorker(), startWorker()]
    await Promise.all(workers.map((one) => one.says('started')))
    const killed: number[] = []
    const killOne = (): void => {
      const victim = workers.shift()!
      workers.push(startWorker())
      killed.push(victim.pid)
      victim.kill('SIGKILL')
    }
    let sent = 0
    const ended: string[] = []
    const runOneByOne = async (): Promise<void> => {
      while (sent < count) {
        const number = sent++
        const id = await ask(client, shapes[number % shapes.length])
        const read = () => client.getJobStatus(id)
        if (Math.floor(number / shapes.length) % leaveEvery > 0) {
          await waitUntil(async () => (await read()).runs[0]?.startedAt !== undefined)
          await pause(Math.random() * 300)
          await client.cancelJob(id)
        }
        await waitUntil(async () => isOver(await read()))
        if (ended.push(id) % killEvery === 0) killOne()
      }
    }
    await Promise.all(Array.from({ length: openCount }, runOneByOne))
    // A step of a cancelled workflow can still be running.
    await waitUntil(() => !hasOpenRuns(path))
    const jobs = await Promise.all(ended.map((id) => client.getJobStatus(id)))
    expect(jobs.filter((job) => !isOver(job))).toEqual([])
    const compensations = readCompensations(LEDGER)
    expect(compensations.repeatedIn(({ pid }) => !killed.includes(pid))).toEqual([])
    for (const { runs } of jobs.filter(({ state }) => state !== 'completed')) {
      const calls = compensations.lastOf(runs[0]!.id)
      const endOf = (call: string): number => stepOf(runs[0], call)!.endedAt!.getTime()
      expect(calls.map(endOf)).toEqual(calls.map(endOf).toSorted((one, other) => other - one))
    }
    expect(new Set(jobs.map(({ state }) => state))).toEqual(new Set(['completed', 'cancelled', 'failed']))
    expect(killed.length).toBe(count / killEvery)
  },
)

function hasOpenRuns(path: string): boolean {
  const database = new DatabaseSync(path, { readOnly: true })
  const { open } = database.prepare('SELECT EXISTS (SELECT 1 FROM cgk_runs WHERE phase IS NOT NULL) AS open').get()!
  database.close()
  return open === 1
}

function stepOf(run: JobStatus['runs'][number] | undefined, id: string): StepStatus | undefined {
  return run?.steps?.find((step) => step.id === id)
}

/** Returns true if a job has ended, and its completed steps are compensated unless it has completed. */
function isOver({ state, runs }: JobStatus): boolean {
  if (state === 'completed') return true
  const steps = runs.flatMap((run) => run.steps ?? [])
  const isCompensated = ({ state: stepState, compensation }: StepStatus): boolean =>
    stepState !== 'completed' || compensation?.state === 'completed'
  return (state === 'failed' || state === 'cancelled') && steps.every(isCompensated)
}

interface Call {
  readonly run: string
  readonly step: string
  readonly pid: number
}

/** Reads the calls of compensations. */
function readCompensations(path: string) {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const calls = lines.map((line): Call => {
    const [run = '', step = '', pid = ''] = line.split(' ')
    return { run, step, pid: Number(pid) }
  })
  const isSame = (one: Call, other: Call): boolean => one.run === other.run && one.step === other.step
  return {
    /** Returns the steps of a run in the order of their last calls. */
    lastOf: (run: string): string[] =>
      calls
        .filter((call, index) => call.run === run && !calls.slice(index + 1).some((later) => isSame(call, later)))
        .map(({ step }) => step),
    /** Returns the calls that were repeated although they match. */
    repeatedIn: (matches: (call: Call) => boolean): Call[] =>
      calls.filter((call, index) => matches(call) && calls.slice(index + 1).some((later) => isSame(call, later))),
  }
}
