import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import type { JobClient } from '@cgk-platform/jobs-core'

import { bareEnvironment } from '../../../vitest.environment.ts'

/** Processes that run the jobs of the conformance suite in one place. */
export interface WorkerProcesses {
  /** Kills all of them and starts the same number of new ones. */
  restart(): Promise<void>
  /** Replaces the workers in the processes by ones with another generation of the code. */
  deploy(generation: number): Promise<void>
  /** Replaces one of them. */
  deployBeside(generation: number): Promise<void>
  close(): Promise<void>
}

/** The module of a worker, which calls `runWorker`, and its arguments. */
export interface WorkerModule {
  readonly url: URL
  readonly args: readonly string[]
}

/** Starts `count` workers. Resolves when each is ready to begin runs. */
export async function startWorkerProcesses(
  count: number,
  module: WorkerModule,
  env: Readonly<Record<string, string>>,
): Promise<WorkerProcesses> {
  let deployed = 0
  const startOne = () => startWorker(module, { ...env, CONFORMANCE_GENERATION: String(deployed) })
  const start = (): Promise<ChildProcess[]> => Promise.all(Array.from({ length: count }, startOne))
  let workers = await start()
  const close = async (): Promise<void> => void (await Promise.all(workers.map(kill)))
  const replace = async (some: readonly ChildProcess[], generation: number): Promise<void> => {
    await Promise.all(some.map((worker) => replaceWorker(worker, generation)))
  }
  return {
    async restart() {
      await close()
      workers = await start()
    },
    deploy(generation) {
      deployed = generation
      return replace(workers, generation)
    },
    deployBeside: (generation) => replace(workers.slice(0, 1), generation),
    close,
  }
}

async function startWorker({ url, args }: WorkerModule, env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  // A worker exits when the channel to its parent closes, so that none is left behind if the parent is killed.
  const worker = fork(url, args, {
    execArgv: ['--conditions=@cgk-platform/source', '--no-warnings'],
    env: { ...bareEnvironment(), ...env },
  })
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve()).once('error', reject)
    worker.once('exit', (code) => reject(new Error(`A worker ended before it was ready, with code ${code}.`)))
  })
  return worker
}

/** Much cheaper than a new process. */
async function replaceWorker(worker: ChildProcess, generation: number): Promise<void> {
  worker.send(generation)
  await once(worker, 'message')
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) throw new Error('A worker has ended by itself.')
  worker.kill('SIGKILL')
  await once(worker, 'exit')
}

/** Runs a worker in such a process until its parent kills it or exits. @param open - starts a client, in a generation of the code */
export function runWorker(open: (generation: number) => Promise<JobClient>): void {
  const begin = async (generation: number): Promise<JobClient> => {
    const client = await open(generation)
    process.send!('ready')
    return client
  }
  process.once('disconnect', () => process.exit())
  let opened = begin(Number(process.env['CONFORMANCE_GENERATION'] ?? 0))
  process.on('message', (generation: number) => {
    opened = opened.then(async (client) => {
      await client.close({ timeout: '1s' }) // the suite's cron jobs run for longer than a minute
      return begin(generation)
    })
  })
}
