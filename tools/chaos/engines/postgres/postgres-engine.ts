import { createPostgresProvider } from '@cgk-platform/jobs/postgres'
import type { StoreError } from '@cgk-platform/jobs/errors'

import { nowMs, type Note } from '../../ledger-entry.ts'
import { wallMs } from '../../wall-clock.ts'
import { appTables, type ChaosEngine, type ChaosStore, type RemovedWorker } from '../chaos-engine.ts'
import type { StoreFault } from '../store-fault.ts'
import { Cluster } from './cluster.ts'
import { injectIntoTables, injectIntoWorker } from './inject.ts'
import { openApp } from './open-app.ts'
import { effectCounts, effectsTable, openWork, recordRemovedWorkers, removedWorkers } from './records.ts'
import { restoreTables } from './restore-tables.ts'
import { serverPrograms } from './server-programs.ts'
import { connect, urlOf } from './server.ts'

const passing: readonly StoreError['problem'][] = ['unreachable', 'full', 'busy', 'failed', 'not found']

/** The PostgreSQL engine, with a server and a standby of its own. */
export const postgresEngine: ChaosEngine = {
  isOneWriter: false,
  hasTransactions: true,
  openStore,
  createProvider: ({ address: connectionString, ...options }) =>
    createPostgresProvider({ connectionString, ...options }),
  passes: ({ problem }) => passing.includes(problem),
  prepareWorker: (_note, bug) => injectIntoWorker(bug),
  openApp,
}

async function openStore(folder: string, note: (note: Note) => void): Promise<ChaosStore> {
  const cluster = new Cluster(serverPrograms(), folder)
  try {
    await cluster.begin()
  } catch (error) {
    cluster.close()
    throw error
  }
  // Only for this process: its module handles signals.
  const { hasPgbouncer, startPgbouncer } = await import('@cgk-platform/test-kit/pgbouncer')
  const pooler = hasPgbouncer ? await startPgbouncer(urlOf(cluster.port)) : undefined
  if (!pooler) note({ type: 'skipped', fault: 'pooler', reason: 'this machine has no `pgbouncer`' })
  let before: Promise<void> = Promise.resolve()
  return {
    address: urlOf(cluster.port),
    ...(pooler && { poolerAddress: pooler.url }),
    async prepare(bug) {
      const client = await connect(cluster.port)
      await client.query([recordRemovedWorkers, appTables, effectsTable].join('; '))
      await injectIntoTables(client, bug)
      await client.end()
    },
    async apply(fault, wait) {
      // The server may be down.
      if (fault.kind === 'lost connections') return endConnections(cluster.port, fault.share).catch(() => undefined)
      // On a busy machine, one takes longer than planned.
      const applied = before.then(() => applyFault(cluster, fault, wait, note))
      before = applied.catch(() => undefined)
      return applied
    },
    async readState() {
      const client = await connect(cluster.port)
      const removed = await client.query<RemovedWorker>(removedWorkers)
      const open = await client.query<{ problem: string }>(openWork)
      const items = await client.query<{ item: string }>('SELECT item FROM app_items')
      const effects = await client.query<{ effect: string; times: number }>(effectCounts)
      await client.end()
      const aheadMs = wallMs() - nowMs()
      return {
        appItems: items.rows.map(({ item }) => item),
        effects: new Map(effects.rows.map(({ effect, times }) => [effect, times])),
        removedWorkers: removed.rows.map(({ pid, heartbeatAt, removedAt }) => ({
          pid,
          heartbeatAt: heartbeatAt - aheadMs,
          removedAt: removedAt - aheadMs,
        })),
        integrity: open.rows.map(({ problem }) => problem).join('; ') || 'ok',
        storeErrors: cluster.readErrors(),
      }
    },
    save: () => cluster.save(),
    close() {
      void pooler?.stop()
      cluster.close()
    },
  }
}

async function applyFault(
  cluster: Cluster,
  fault: Exclude<StoreFault, { readonly kind: 'lost connections' }>,
  wait: (durationMs: number) => Promise<void>,
  note: (note: Note) => void,
): Promise<void> {
  const { kind } = fault
  const cannot = kind === 'full disk' ? !cluster.canFill : kind === 'restored tables' && !cluster.canDump
  if (cannot) return note({ type: 'skipped', fault: kind, reason: 'this machine cannot' })
  const since = nowMs()
  switch (kind) {
    case 'stopped server':
      await cluster.stop(fault.how)
      await wait(fault.forMs)
      await cluster.start()
      break
    case 'paused server':
      cluster.pause()
      await wait(fault.forMs)
      cluster.resume()
      break
    case 'full disk':
      cluster.fillDisk()
      await wait(fault.forMs)
      await cluster.freeDisk()
      break
    case 'promoted standby':
      await cluster.promote()
      break
    case 'restored tables':
      await restoreTables(cluster, () => wait(fault.forMs))
      break
  }
  note({ type: 'server fault', fault: kind, since })
}

/** Ends each connection of a client with this probability. */
async function endConnections(port: number, share: number): Promise<void> {
  const client = await connect(port)
  try {
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' " +
        "AND application_name <> 'conductor' AND random() < $1",
      [share],
    )
  } finally {
    await client.end()
  }
}
