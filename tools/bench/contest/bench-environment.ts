import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ContenderOptions } from 'bench-peers/contender'

import { startFair, type StartedProcess } from './fairness/measure-fairness.ts'
import { type LoadedContender, startLoaded } from './load/loaded-contender.ts'
import { NotRunError } from '../report/not-run-error.ts'
import { type RunningContender, startContender } from './start-contender.ts'

interface Server {
  stop(): Promise<void>
}

/** The folder of a bench, with the servers and contenders that it starts. */
export interface BenchEnvironment {
  readonly folder: string
  /** Starts Redis. Returns the path of its socket. */
  redis(durable: boolean): Promise<string>
  /** Starts PostgreSQL. Returns the URL of its database. */
  postgres(): Promise<string>
  /** Starts a contender in its own process. */
  contender(module: string, options?: Partial<ContenderOptions>): Promise<RunningContender>
  /** Starts a contender in processes under load. Without `workers`, one process sends and works. */
  loaded(module: string, options: Partial<ContenderOptions>, workers: number | undefined): Promise<LoadedContender>
  /** Starts the processes of a measurement of fairness. The first one sends; without `workers`, it also works. */
  fair(module: string, options: Partial<ContenderOptions>, workers?: number): Promise<readonly StartedProcess[]>
  /** Stops all servers and contenders. */
  clear(): Promise<void>
}

/**
 * Calls `work` with a new environment in the folder for temporary files, which `TMPDIR` selects. Clears it afterward.
 */
export async function withBenchEnvironment<T>(work: (environment: BenchEnvironment) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  chmodSync(folder, 0o755) // servers of other users work in it
  const started: Server[] = []
  let places = 0
  const newFolder = (): string => {
    const path = join(folder, String(places++))
    mkdirSync(path)
    return path
  }
  const serve = async <Where>(start: (where: string) => Promise<{ server: Server; where: Where }>): Promise<Where> => {
    try {
      const { server, where } = await start(newFolder())
      started.push(server)
      return where
    } catch (error) {
      throw new NotRunError((error as Error).message)
    }
  }
  const environment: BenchEnvironment = {
    folder,
    redis: (durable) =>
      serve(async (at) => {
        const { startRedis } = await import('bench-peers/servers')
        const where = join(at, 'redis.sock')
        return { server: await startRedis(where, at, durable), where }
      }),
    postgres: () =>
      serve(async (at) => {
        const { startPostgres } = await import('bench-peers/servers')
        const where = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(at)}`
        return { server: await startPostgres(at), where }
      }),
    async contender(module, options) {
      const contender = await startContender(module, { folder: newFolder(), ...options })
      started.push(contender)
      return contender
    },
    async loaded(module, options, workers) {
      const contender = await startLoaded(module, { folder: newFolder(), ...options }, workers)
      started.push(contender)
      return contender
    },
    async fair(module, options, workers) {
      const processes = await startFair(module, { folder: newFolder(), ...options }, workers)
      started.push(...processes.toReversed()) // those that work stop last
      return processes
    },
    async clear() {
      for (const one of started.splice(0).toReversed()) await one.stop()
    },
  }
  try {
    return await work(environment)
  } finally {
    await environment.clear()
    rmSync(folder, { recursive: true, force: true })
  }
}
