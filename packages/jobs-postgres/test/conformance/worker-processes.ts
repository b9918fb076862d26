import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { bareEnvironment } from '../../../../vitest.environment.ts'

/** Processes that run the suite's jobs in one schema. */
export interface WorkerProcesses {
  /** Kills all of them and starts the same number of new ones. */
  restart(): Promise<void>
  /** Replaces the workers in the processes by ones with another generation of the code. @param count - default: all */
  deploy(generation: number, count?: number): Promise<void>
  close(): Promise<void>
}

/** The schema of the workers. */
export interface SchemaPlace {
  readonly url: string
  readonly schema: string
}

const script = fileURLToPath(new URL('../fixtures/conformance-worker.ts', import.meta.url))

/** Starts `count` workers. Resolves when each is ready to begin runs. */
export async function startWorkerProcesses(
  count: number,
  place: SchemaPlace,
  env: Readonly<Record<string, string>>,
): Promise<WorkerProcesses> {
  let deployed = 0
  const startOne = () => startWorker(place, { ...env, CONFORMANCE_GENERATION: String(deployed) })
  const start = (): Promise<ChildProcess[]> => Promise.all(Array.from({ length: count }, startOne))
  let workers = await start()
  const close = async (): Promise<void> => void (await Promise.all(workers.map(kill)))
  return {
    async restart() {
      await close()
      workers = await start()
    },
    async deploy(generation, most = count) {
      if (most === count) deployed = generation
      await Promise.all(workers.slice(0, most).map((worker) => replaceWorker(worker, generation)))
    },
    close,
  }
}

async function startWorker(place: SchemaPlace, env: Readonly<Record<string, string>>): Promise<ChildProcess> {
  // A worker exits when the channel to its parent closes, so that none is left behind if the parent is killed.
  const worker = fork(script, [place.url, place.schema], {
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
