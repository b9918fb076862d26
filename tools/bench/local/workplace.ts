import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Place } from 'bench-peers/contender'

import { NotRunError } from './not-run-error.ts'
import { type RunningContender, startContender } from './start-contender.ts'

interface Server {
  stop(): Promise<void>
}

/** Where a bench works: its folder, the servers and the contenders that it has started. */
export interface Workplace {
  readonly folder: string
  /** A Redis on a socket, whose name is answered. */
  redis(durable: boolean): Promise<string>
  /** A PostgreSQL; the folder of its socket is answered. */
  postgres(): Promise<string>
  contender(module: string, place?: Partial<Place>): Promise<RunningContender>
  /** Stops what was started since, the servers too. */
  clear(): Promise<void>
}

/** A folder on the disk of the machine's temporary files; `TMPDIR` chooses another. */
export async function inWorkplace<T>(work: (workplace: Workplace) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  chmodSync(folder, 0o755) // a server of another user works below it
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
  const workplace: Workplace = {
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
        return { server: await startPostgres(at), where: at }
      }),
    async contender(module, place) {
      const contender = await startContender(module, { folder: newFolder(), ...place })
      started.push(contender)
      return contender
    },
    async clear() {
      for (const one of started.splice(0).toReversed()) await one.stop()
    },
  }
  try {
    return await work(workplace)
  } finally {
    await workplace.clear()
    rmSync(folder, { recursive: true, force: true })
  }
}
