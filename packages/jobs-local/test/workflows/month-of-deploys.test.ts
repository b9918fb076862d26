import { defineWorkflow, type EventMessage, type JobClient, type Steps } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createLocalProvider, type LocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { createTestFile } from '../kit/test-file.ts'

type Code = (event: EventMessage<'work.asked'>, step: Steps<'work.asked'>) => Promise<string>
type Deploy = Pick<Parameters<typeof defineWorkflow<'work.asked'>>[0], 'version' | 'previous' | 'steps'>

const dayMs = 86_400_000

/** Everything that the code of a run has done, in order. */
const done = new Map<string, string[]>()
const note = (event: EventMessage, what: string) => () => {
  done.set(event.id, [...(done.get(event.id) ?? []), what])
}
const napsOf = (event: EventMessage<'work.asked'>) => event.payload.data as readonly [number, number]

/** The code of each version, with a change that runs of that version take. */
const code = {
  v1:
    ({ checksFraud }: { readonly checksFraud: boolean }): Code =>
    async (event, step) => {
      const [packMs, deliverMs] = napsOf(event)
      await step.run('reserve', note(event, 'reserve'), { compensate: note(event, 'compensate') })
      if (checksFraud && (await step.patched('fraud check'))) await step.run('check', note(event, 'check'))
      await step.run('charge', note(event, 'charge'), { compensate: note(event, 'compensate') })
      await step.sleep('pack', packMs)
      await step.run('ship', note(event, 'ship'))
      await step.sleep('deliver', deliverMs)
      await step.run('mail', note(event, 'mail'))
      return 'v1'
    },
  v2:
    ({ labels }: { readonly labels: boolean }): Code =>
    async (event, step) => {
      const [packMs, deliverMs] = napsOf(event)
      await step.run('charge', note(event, 'charge 2'), { compensate: note(event, 'compensate') })
      await step.sleep('ship', packMs)
      if (labels) await step.run('label', note(event, 'label 2'))
      await step.sleep('pack', deliverMs)
      await step.run('mail', note(event, 'mail 2'))
      return 'v2'
    },
  v3: (): Code => async (event, step) => {
    const [packMs] = napsOf(event)
    await step.sleep('charge', packMs)
    await step.run('reserve', note(event, 'reserve 3'), { compensate: note(event, 'compensate') })
    return 'v3'
  },
} as const

const v1 = { version: '1', steps: code.v1({ checksFraud: true }) }
const v2 = { version: '2', steps: code.v2({ labels: false }) }

/** The deploys, by the day at whose start they happen. */
const deploys: readonly (readonly [day: number, deploy: Deploy])[] = [
  [0, { version: '1', steps: code.v1({ checksFraud: false }) }],
  [6, v1],
  [12, { version: '2', steps: code.v2({ labels: true }), previous: [v1] }],
  [18, { ...v2, previous: [v1] }],
  [24, { version: '3', steps: code.v3(), previous: [v2] }],
  // The code of a run that began with the first version is back.
  [28, { version: '3', steps: code.v3(), previous: [v2, v1] }],
]

/** A run: when it begins, and how long its two sleeps are, after the start of the month in milliseconds. */
interface Order {
  readonly atMs: number
  readonly naps: readonly [number, number]
}

/** The runs of the month. None is longer than ten days. */
const orders: readonly Order[] = fc
  .sample(fc.record({ atMs: fc.nat(29 * dayMs), packMs: fc.nat(5 * dayMs), deliverMs: fc.nat(5 * dayMs) }), {
    numRuns: 300,
    seed: 31,
  })
  .map(({ atMs, packMs, deliverMs }): Order => ({ atMs: atMs + 1, naps: [packMs + 1, deliverMs + 1] }))

/** A run that is still open when no worker has its version any more. */
const late: Order = { atMs: dayMs, naps: [24.5 * dayMs, dayMs] }

test('each run of a month with five deploys ends with the version that it began with, and does nothing twice', async () => {
  const { path } = createTestFile()
  const clock = createVirtualClock(Date.UTC(2026, 0, 1))
  const startMs = clock.now()
  const logger = createRecordedLogger()
  let provider: LocalProvider
  let client: JobClient | undefined
  const failures: unknown[] = []
  const deploy = async (options: Deploy): Promise<void> => {
    await client?.close({ timeout: 0 })
    const workflow = defineWorkflow({
      id: 'order',
      event: 'work.asked',
      ...options,
      onFailure: (error) => void failures.push(error),
    })
    provider = createLocalProvider({ path, retention: { age: '365d' } }, { clock, ownTime: true })
    client = createClient({ load: () => provider }, { jobs: [workflow], clock, logger })
    await client.capabilities()
  }
  const passUntil = (atMs: number) => passVirtualTime(provider, clock, startMs + atMs - clock.now())

  const sent: (Order & { readonly id: string; readonly version: string })[] = []
  const due = [late, ...orders].toSorted((one, other) => one.atMs - other.atMs)
  for (const [index, [day, options]] of deploys.entries()) {
    await deploy(options)
    const untilMs = (deploys[index + 1]?.[0] ?? 45) * dayMs
    for (const order of due.filter(({ atMs }) => atMs >= day * dayMs && atMs < untilMs)) {
      await passUntil(order.atMs)
      const { id } = await client!.sendJob('work.asked', { tenantId: 'acme', data: order.naps })
      sent.push({ ...order, id, version: options.version! })
    }
    await passUntil(untilMs)
    const statuses = await Promise.all(sent.map(({ id }) => client!.getJobStatus(id)))
    const parked = statuses.filter(({ runs }) => runs[0]?.parked !== undefined)
    // Between the fifth deploy and the return of its code, one run waits.
    expect(parked.map(({ createdAt }) => createdAt.getTime() - startMs)).toEqual(day === 24 ? [late.atMs] : [])
    for (const { runs } of parked) {
      const { error, since } = runs[0]!.parked!
      expect(error.message).toContain('began with version `1`, and the code has version `3` and version `2`')
      expect(since.getTime() - startMs).toBe(late.atMs + late.naps[0]!)
    }
  }

  const statuses = await Promise.all(sent.map(({ id }) => client!.getJobStatus(id)))
  const ends = statuses.map(({ state, runs }) => [state, runs[0]?.output])
  expect(ends).toEqual(sent.map(({ version }) => ['completed', `v${version}`]))
  for (const { id, version, ...order } of sent) expect(done.get(id)).toEqual(workOf(version, order))
  expect(failures).toEqual([])
  await client!.close({ timeout: 0 })
})

/** Returns what the code of a version does for an order, once. */
function workOf(version: string, { atMs, naps }: Order): string[] {
  if (version === '1') return ['reserve', ...(atMs >= 6 * dayMs ? ['check'] : []), 'charge', 'ship', 'mail']
  if (version === '2') return ['charge 2', ...(atMs + naps[0] <= 18 * dayMs ? ['label 2'] : []), 'mail 2']
  return ['reserve 3']
}
