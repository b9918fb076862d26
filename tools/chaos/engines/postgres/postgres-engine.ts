import { createPostgresProvider } from '@cgk-platform/jobs/postgres'
import type { StoreError } from '@cgk-platform/jobs/errors'

import { nowMs, type Note } from '../../ledger-entry.ts'
import { wallMs } from '../../wall-clock.ts'
import type { ChaosEngine, ChaosStore, RemovedWorker } from '../chaos-engine.ts'
import type { StoreFault } from '../store-fault.ts'
import { Cluster } from './cluster.ts'
import { injectIntoTables, injectIntoWorker } from './inject.ts'
import { openWork, recordRemovedWorkers, removedWorkers } from './records.ts'
import { restoreTables } from './restore-tables.ts'
import { serverPrograms } from './server-programs.ts'
import { connect, urlOf } from './server.ts'

const passing: readonly StoreError['problem'][] = ['unreachable', 'full', 'busy', 'failed', 'not found']

/** The PostgreSQL engine, with a server and a standby of its own. */
export const postgresEngine: ChaosEngine = {
  isOneWriter: false,
  openStore,
  createProvider: ({ address: connectionString, ...options }) =>
    createPostgresProvider({ connectionString, ...options }),
  passes: ({ problem }) => passing.includes(problem),
  prepareWorker: (_note, bug) => injectIntoWorker(bug),
}

async function openStore(folder: string, note: (note: Note) => void): Promise<ChaosStore> {
  const cluster = new Cluster(serverPrograms(), folder)
  try {
    await cluster.begin()
  } catch (error) {
    cluster.close()
    throw error
  }
  let before: Promise<void> = Promise.resolve()
  return {
    address: urlOf(cluster.port),
    async prepare(bug) {
      const client = await connect(cluster.port)
      await client.query(recordRemovedWorkers)
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
      await client.end()
      const aheadMs = wallMs() - nowMs()
      return {
        appItems: [],
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
    close: () => cluster.close(),
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
