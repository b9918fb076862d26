import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { createClient } from '@cgk-platform/jobs-core/provider'
import { Inngest } from 'inngest'
import { expect, onTestFinished, test, vi } from 'vitest'

import { createInngestProvider } from '../../src/inngest-provider.ts'
import { quietLogger } from '../kit/quiet-logger.ts'
import { eventKey, signingKey } from '../kit/secrets.ts'
import '../kit/work.ts'
import { createLoopbackEngine, createScaledClock } from '../loopback/index.ts'

/** Whether this Node reads the TypeScript of the process. */
const readsTypeScript = Boolean(process.features.typescript)
const patience = { timeout: 60_000, interval: 20 }
const script = fileURLToPath(new URL('../kit/workflow-process.ts', import.meta.url))

/** A process that runs the workflow, on a port, and where it stands still. */
async function startProcess(
  baseUrl: string,
  file: string,
  port = '0',
  stillAt = '',
): Promise<{ child: ChildProcess; url: string }> {
  const args = [
    '--conditions',
    '@cgk-platform/source',
    '--no-warnings',
    script,
    baseUrl,
    signingKey,
    port,
    file,
    stillAt,
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return { child, url: line.toString().trim() }
}

/** Lets a run go on in a process that is killed where it stands, and then in another; tells what its steps did. */
async function killAt(stillAt: string, number: number): Promise<{ state: string; effects: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'effects')
  const read = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
  const clock = createScaledClock(5)
  // More each time: Inngest must not have given up the run before the next process is there, however long that takes.
  const retryDelayMs = (attempt: number): number => 1500 * (attempt + 1)
  const engine = await createLoopbackEngine({ clock, eventKey, signingKey, retryDelayMs })
  onTestFinished(() => engine.close())
  const first = await startProcess(engine.url, file, '0', stillAt)
  await engine.sync(first.url)
  const inngest = new Inngest({
    id: 'jobs',
    baseUrl: engine.url,
    isDev: false,
    eventKey,
    signingKey,
    logger: quietLogger,
  })
  const client = createClient(
    { load: () => createInngestProvider({ client: inngest }, { clock }) },
    { jobs: [], clock, logger: quietLogger },
  )
  const { id } = await client.sendJob('work.asked', { tenantId: 'acme', number })
  await vi.waitUntil(() => read().includes(stillAt), patience)
  // The SDK lets the code go on while it still tells the engine of the step before.
  const before = read().filter((what) => what !== 'between' && what !== stillAt)
  const isTold = async (): Promise<boolean> => {
    const [run] = (await client.getJobStatus(id)).runs
    return before.every((step) => run?.steps?.some(({ id: its, state }) => its === step && state === 'completed'))
  }
  await vi.waitUntil(isTold, patience)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  await startProcess(engine.url, file, new URL(first.url).port)
  const { state } = await client.waitForJob(id)
  return { state, effects: read() }
}

test.runIf(readsTypeScript).each([
  ['between two steps', 'between', ['one', 'between', 'between', 'two', 'between', 'three']],
  ['in a step', 'two', ['one', 'between', 'two', 'between', 'two', 'between', 'three']],
  ['in a step after a sleep', 'three', ['one', 'between', 'two', 'between', 'three', 'between', 'three']],
])(
  'a process that is killed %s: completed steps are not done again, and the one under way once more',
  async (_, at, effects) => {
    const { state, effects: done } = await killAt(at, 1)
    const steps = (all: string[]): string[] => all.filter((what) => what !== 'between')
    expect([state, steps(done)]).toEqual(['completed', steps(effects)])
  },
)

test.runIf(readsTypeScript)(
  'a process that is killed in an undo: no step is done again, and the undo under way once more',
  async () => {
    const { state, effects } = await killAt('undo two', 0)
    expect(state).toBe('failed')
    expect(effects.filter((what) => what !== 'between')).toEqual([
      'one',
      'two',
      'three',
      'undo two',
      'undo two',
      'undo one',
    ])
  },
)
