import type { JobClient } from '@cgk-platform/jobs'

import type { AppDatabase } from './engines/chaos-engine.ts'
import type { Script } from './events.ts'
import type { Note } from './ledger-entry.ts'
import type { Random } from './random.ts'

/** Services that a transaction of the app needs. */
export interface TransactionSender {
  readonly client: JobClient
  readonly app: AppDatabase
  readonly note: (note: Note) => void
  readonly random: Random
  /** Draws a job. */
  readonly draw: () => Script
}

/** The ends of a transaction of the app. A failing one breaks a constraint that is checked at its commit. */
const ends = ['commits', 'commits', 'commits', 'commits', 'loses the answer', 'is rolled back', 'fails'] as const

class RolledBack extends Error {}

/**
 * Stores some items of the app and sends a job for each, in one transaction: the first one in it, each other in a
 * savepoint of the one before. Some savepoints are rolled back, and some transactions wait for each other.
 */
export async function sendInTransaction({ client, app, note, random, draw }: TransactionSender): Promise<void> {
  const scripts = Array.from({ length: random.pick([1, 1, 2, 3]) }, draw)
  const kept = scripts.slice(0, random.chance(0.7) ? scripts.length : random.between(1, scripts.length))
  const counters = random.pick([['a', 'b'], ['b', 'a'], []])
  const end = random.pick(ends)
  const jobs = new Map<Script, string>()
  try {
    await app.transact(async ({ transaction, execute }) => {
      const count = async (counter: string | undefined): Promise<void> => {
        if (counter) await execute(`UPDATE app_counters SET changes = changes + 1 WHERE id = '${counter}'`)
      }
      await count(counters[0])
      for (const [index, script] of scripts.entries()) {
        if (index > 0) await execute(`SAVEPOINT s${index}`)
        await execute(`INSERT INTO app_items (item) VALUES ('${script.item}')`)
        const { id } = await client.sendJob('chaos.work', script, { transaction })
        jobs.set(script, id)
      }
      if (kept.length < scripts.length) await execute(`ROLLBACK TO s${kept.length}`)
      await count(counters[1])
      if (end === 'fails') await execute(`INSERT INTO app_items VALUES ('${scripts[0]!.item}/next', 'missing')`)
      if (end === 'is rolled back') throw new RolledBack()
    }, end === 'loses the answer')
    for (const script of kept) note({ type: 'sent', item: script.item, job: jobs.get(script)!, deduplicated: false })
    for (const { item } of scripts.slice(kept.length)) note({ type: 'send failed', item, error: 'rolled back' })
  } catch (error) {
    const isKnown = error instanceof RolledBack || (end === 'fails' && String(error).includes('constraint'))
    // Otherwise the app does not know whether the transaction was committed.
    const message = isKnown ? 'rolled back' : `may have been stored by the app: ${String(error)}`
    for (const { item } of scripts) note({ type: 'send failed', item, error: message })
  }
}
