import { PgBoss, type WorkOptions } from 'pg-boss'

import { batchesOf, type Contender, Countdown, type ContenderOptions, type LoadModule } from './contender.ts'

/** Opens pg-boss with bulk inserts, and a worker that takes full batches without a pause. */
export async function open({ postgresUrl, settings }: ContenderOptions): Promise<Contender> {
  const boss = await start(postgresUrl)
  let rounds = 0
  return {
    async run(jobs) {
      const queue = `no-op-${rounds++}`
      await boss.createQueue(queue)
      const handled = new Countdown()
      const all = handled.from(jobs)
      const batches = batchesOf(jobs)
      const startedAt = performance.now()
      for (const batch of batches)
        await boss.insert(
          queue,
          batch.map((data) => ({ data })),
        )
      await boss.work(queue, workOptions(settings), async (taken) => handled.count(taken.length))
      await all
      await boss.offWork(queue, { wait: true }) // resolves when the last batch is recorded as completed
      const durationMs = performance.now() - startedAt
      const { readyCount, activeCount } = (await boss.getQueueStats(queue, { force: true }))[0]!
      if (readyCount + activeCount > 0) throw new Error(`pg-boss has ${readyCount + activeCount} jobs left`)
      await boss.deleteQueue(queue)
      return durationMs
    },
    async close() {
      await boss.stop()
    },
  }
}

/** Opens a process that sends or works, with the same settings. `groups` is the maximum of jobs that a tenant runs; with `notify`, workers listen. */
export const openLoad: LoadModule['openLoad'] = async ({ postgresUrl, settings }, role, started) => {
  const notify = settings?.['notify'] === 1
  const boss = await start(postgresUrl, notify)
  const groups = settings?.['groups']
  if (role !== 'work') await boss.createQueue('load', { notify })
  if (role !== 'send') {
    const options = { ...workOptions(settings), ...(groups && { localGroupConcurrency: Number(groups) }) }
    await boss.work<{ userId: string }>('load', options, async (taken) => {
      await Promise.all(taken.map(async ({ data }) => started(Number(data.userId))))
    })
  }
  return {
    send: (payloads) =>
      boss.insert(
        'load',
        payloads.map((data) => ({ data, ...(groups && { group: { id: data.tenantId } }) })),
      ),
    close: () => boss.stop(),
  }
}

async function start(postgresUrl: string | undefined, useListenNotify = false): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: postgresUrl!,
    max: 20,
    supervise: false,
    schedule: false,
    useListenNotify,
  })
  boss.on('error', console.error)
  await boss.start()
  return boss
}

function workOptions(settings: ContenderOptions['settings']): WorkOptions {
  return {
    batchSize: Number(settings?.['batchSize'] ?? 1_000),
    localConcurrency: Number(settings?.['concurrency'] ?? 2),
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
  }
}
