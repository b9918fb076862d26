import { EventEmitter } from 'node:events'

import { Logger, makeWorkerUtils, run, type TaskList, type WorkerEvents } from 'graphile-worker'
import { Pool } from 'pg'

import { batchesOf, type Contender, Countdown, type ContenderOptions, type LoadModule } from './contender.ts'

/**
 * Opens graphile-worker with the batching of its performance guide: it fetches a thousand jobs at a time, and completes
 * them in batches.
 */
export async function open({ postgresUrl, settings }: ContenderOptions): Promise<Contender> {
  const pgPool = connect(postgresUrl)
  const utils = await makeWorkerUtils({ pgPool, logger })
  await utils.migrate()
  const completed = new Countdown()
  const events = new EventEmitter() as WorkerEvents
  events.on('job:complete', () => completed.count())
  const runner = await run({
    ...workerOptions(pgPool, settings),
    events,
    taskList: { 'no-op': async () => undefined },
  })
  /** A completed job is no longer in the table. */
  const untilEmpty = async (): Promise<void> => {
    for (;;) {
      const { rows } = await pgPool.query('select exists (select from graphile_worker._private_jobs) as left')
      if (!rows[0].left) return
    }
  }
  return {
    async run(jobs) {
      const all = completed.from(jobs)
      const batches = batchesOf(jobs)
      const startedAt = performance.now()
      for (const batch of batches) await utils.addJobs(batch.map((payload) => ({ identifier: 'no-op', payload })))
      await all
      await untilEmpty()
      return performance.now() - startedAt
    },
    async close() {
      await runner.stop()
      await utils.release()
      await pgPool.end()
    },
  }
}

/** Opens a process that sends or works, with the same settings. With `groups`, a tenant's jobs run one at a time. */
export const openLoad: LoadModule['openLoad'] = async ({ postgresUrl, settings }, role, started) => {
  const pgPool = connect(postgresUrl)
  const utils = await makeWorkerUtils({ pgPool, logger })
  if (role !== 'work') await utils.migrate()
  const taskList: TaskList = { 'no-op': (payload) => started(Number((payload as { userId: string }).userId)) }
  const runner = role !== 'send' ? await run({ ...workerOptions(pgPool, settings), taskList }) : undefined
  return {
    send: (payloads) =>
      utils.addJobs(
        payloads.map((payload) => ({
          identifier: 'no-op',
          payload,
          ...(settings?.['groups'] && { queueName: payload.tenantId }),
        })),
      ),
    async close() {
      await runner?.stop()
      await utils.release()
      await pgPool.end()
    },
  }
}

function connect(postgresUrl: string | undefined): Pool {
  const pgPool = new Pool({ connectionString: postgresUrl!, max: 20 })
  // graphile-worker requires error listeners. Errors of queries reach their callers.
  return pgPool.on('error', console.error).on('connect', (client) => client.on('error', console.error))
}

function workerOptions(pgPool: Pool, settings: ContenderOptions['settings']) {
  const size = Number(settings?.['size'] ?? 1_000)
  return {
    pgPool,
    logger,
    noHandleSignals: true,
    concurrency: Number(settings?.['concurrency'] ?? 50),
    preset: { worker: { localQueue: { size }, completeJobBatchDelay: Number(settings?.['delayMs'] ?? 0) } },
  }
}

const logger = new Logger(() => (level, message) => {
  if (level === 'error') console.error(message)
})
