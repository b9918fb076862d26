import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Clock, JobHost } from '@cgk-platform/jobs-core/provider'

import type { LocalProvider } from '../../src/provider/local-provider.ts'
import { loadSqlite } from '../../src/store/sqlite/file/load-sqlite.ts'
import type { TemporaryFile } from '../kit/temporary-file.ts'

/** An engine on a file that can be stopped as if its process had been killed. */
export interface Restartable {
  /** The engine that currently runs. */
  readonly provider: LocalProvider
  /** Its file. */
  readonly path: string
  restart(): Promise<void>
}

/** Creates such an engine in this process, which itself is not killed. */
export function createRestartable(
  { folder, path }: TemporaryFile,
  clock: Clock,
  create: (path: string, clock: Clock) => LocalProvider,
): Restartable {
  let lives = 0
  let host: JobHost | undefined
  const begin = (file: string) => {
    const life = ++lives
    // The clock of a killed engine stops.
    const setTimer: Clock['setTimer'] = (delayMs, callback) =>
      clock.setTimer(delayMs, () => life === lives && callback())
    return { file, provider: create(file, { ...clock, setTimer }) }
  }
  let current = begin(path)
  const attach = (given: JobHost): unknown => current.provider.attach!((host = given))
  return {
    provider: new Proxy(current.provider, {
      get: (_first, key) => (key === 'attach' ? attach : Reflect.get(current.provider, key)),
    }),
    get path() {
      return current.file
    },
    async restart() {
      const dead = current
      // Copy the file and its log as a killed process would leave them. The old engine continues on a file that nobody
      // else uses.
      const left = join(folder, `jobs-${lives + 1}.db`)
      for (const suffix of ['', '-wal']) copyFileSync(`${dead.file}${suffix}`, `${left}${suffix}`)
      endWorkers(left)
      current = begin(left)
      await dead.provider.close!({ timeoutMs: 0 })
      if (host) attach(host)
    },
  }
}

/** Makes the workers of a file appear to be processes that have ended. */
function endWorkers(path: string): void {
  const { pid } = spawnSync(process.execPath, ['--version'])
  const { DatabaseSync } = loadSqlite(path)
  const database = new DatabaseSync(path)
  for (const { id, process: identity } of database.prepare('SELECT id, process FROM cgk_workers').all()) {
    const ended = JSON.stringify({ ...(JSON.parse(String(identity)) as object), pid })
    database.prepare('UPDATE cgk_workers SET process = ? WHERE id = ?').run(ended, id!)
  }
  database.close()
}
