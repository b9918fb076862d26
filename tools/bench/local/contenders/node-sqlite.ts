import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { batchesOf, type Contender, type ContenderOptions } from 'bench-peers/contender'

/**
 * Opens the minimum of a durable queue on `node:sqlite`. It inserts a batch in one transaction, marks it as running in
 * a second and as completed in a third, each synced. It has one index to find the next jobs, and prepared statements.
 * It does no validation, makes no copies and calls no handlers.
 */
export async function open({ folder }: ContenderOptions): Promise<Contender> {
  let rounds = 0
  return {
    async run(jobs) {
      const database = new DatabaseSync(join(folder, `bare-${rounds++}.db`))
      database.exec('pragma journal_mode = wal; pragma synchronous = full')
      database.exec('create table jobs (id integer primary key, payload text not null, state integer not null)')
      database.exec('create index waiting on jobs (id) where state = 0')
      const insert = database.prepare('insert into jobs (id, payload, state) values (?, ?, 0)')
      const next = database.prepare('select id from jobs where state = 0 order by id limit ?')
      const mark = database.prepare('update jobs set state = ? where id = ?')
      const transaction = (work: () => void): void => {
        database.exec('begin immediate')
        work()
        database.exec('commit')
      }
      const batches = batchesOf(jobs)
      let id = 0
      const startedAt = performance.now()
      for (const batch of batches) {
        transaction(() => {
          for (const payload of batch) insert.run(++id, JSON.stringify(payload))
        })
        let ids: number[] = []
        transaction(() => {
          ids = next.all(batch.length).map((row) => Number(row['id']))
          for (const taken of ids) mark.run(1, taken)
        })
        transaction(() => {
          for (const taken of ids) mark.run(2, taken)
        })
      }
      database.close()
      return performance.now() - startedAt
    },
    async close() {},
  }
}
