import { defineWorkflow, type EventMessage, isEnded, type JobStatus, type Steps } from '@cgk-platform/jobs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { openJobs } from '../kit/open-jobs.ts'

type Code = (event: EventMessage<'work.asked'>, step: Steps<'work.asked'>) => Promise<string>
type Deploy = Pick<Parameters<typeof defineWorkflow<'work.asked'>>[0], 'version' | 'previous' | 'steps'>

const dayMs = 86_400_000

/** Everything that the code of a run has done, in order. */
const done = new Map<string, string[]>()
const note = (event: EventMessage, what: string) => () => {
  done.set(event.id, [...(done.get(event.id) ?? []), what])
}
const daysOf = (event: EventMessage<'work.asked'>) =>
  (event.payload.data as readonly [number, number]).map((days) => days * dayMs)

const version1 =
  ({ checksFraud }: { readonly checksFraud: boolean }): Code =>
  async (event, step) => {
    const [packMs, deliverMs] = daysOf(event)
    await step.run('reserve', note(event, 'reserve'), { compensate: note(event, 'compensated') })
    if (checksFraud && (await step.patched('fraud check'))) await step.run('check', note(event, 'check'))
    await step.run('charge', note(event, 'charge'), { compensate: note(event, 'compensated') })
    await step.sleep('pack', packMs!)
    await step.run('ship', note(event, 'ship'))
    await step.sleep('deliver', deliverMs!)
    await step.run('mail', note(event, 'mail'))
    return '1'
  }
const version2 =
  ({ labels }: { readonly labels: boolean }): Code =>
  async (event, step) => {
    const [packMs, deliverMs] = daysOf(event)
    await step.run('charge', note(event, 'charge 2'), { compensate: note(event, 'compensated') })
    await step.sleep('ship', packMs!)
    if (labels) await step.run('label', note(event, 'label 2'))
    await step.sleep('pack', deliverMs!)
    await step.run('mail', note(event, 'mail 2'))
    return '2'
  }
const version3: Code = async (event, step) => {
  await step.sleep('charge', daysOf(event)[0]!)
  await step.run('reserve', note(event, 'reserve 3'), { compensate: note(event, 'compensated') })
  return '3'
}

const v1 = { version: '1', steps: version1({ checksFraud: true }) }
const v2 = { version: '2', steps: version2({ labels: false }) }

/** The deploys, by the day at whose start they happen. The last one returns the code of a run that is still open. */
const deploys: readonly (readonly [day: number, deploy: Deploy])[] = [
  [0, { version: '1', steps: version1({ checksFraud: false }) }],
  [6, v1],
  [12, { version: '2', steps: version2({ labels: true }), previous: [v1] }],
  [18, { ...v2, previous: [v1] }],
  [24, { version: '3', steps: version3, previous: [v2] }],
  [28, { version: '3', steps: version3, previous: [v2, v1] }],
]

/** A run: the day on which it begins, and the days of its two sleeps. */
interface Order {
  readonly day: number
  readonly naps: readonly [number, number]
}

const orders: readonly Order[] = fc.sample(
  fc.record({ day: fc.nat(28), naps: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })) }),
  { numRuns: 24, seed: 31 },
)
/** A run that is still open when the app does not have its version. */
const late: Order = { day: 1, naps: [24, 1] }

test('each run of a month with five deploys ends with the version that it began with, and does nothing twice', async () => {
  const failures: Error[] = []
  const define = (deploy: Deploy) => {
    const onFailure = (error: Error) => void failures.push(error)
    return defineWorkflow({ id: 'order', event: 'work.asked', ...deploy, onFailure })
  }
  const opened = await openJobs({ jobs: [define(deploys[0]![1])] })
  const { client, engineClock, until, openApp } = opened
  let { app } = opened
  const sent: (Order & { readonly id: string; readonly version: string })[] = []
  const waits = ({ state, runs }: JobStatus): boolean => {
    const step = runs[0]?.steps?.at(-1)
    return isEnded(state) || (step?.state === 'waiting' && step.waitsUntil!.getTime() > engineClock.now())
  }
  const isParked = ({ day, naps }: Order, today: number) =>
    day === late.day && naps === late.naps && today >= 25 && today < 28
  let current: Deploy = deploys[0]![1]
  for (let today = 0; today < 40; today++) {
    for (const order of [late, ...orders].filter(({ day }) => day === today)) {
      const { id } = await client.sendJob('work.asked', { tenantId: 'acme', data: order.naps })
      sent.push({ ...order, id, version: current.version! })
    }
    const awaited = sent.filter((order) => !isParked(order, today))
    await until(async () => (await Promise.all(awaited.map(({ id }) => client.getJobStatus(id)))).every(waits))
    // Before sleeps end on the next day.
    const deploy = deploys.find(([day]) => day === today + 1)?.[1]
    if (deploy) {
      await app.close()
      ;({ app } = await openApp({ jobs: [define(deploy)], port: app.port, synced: false }))
      current = deploy
    }
    engineClock.leap(dayMs)
  }
  const statuses = await Promise.all(sent.map(({ id }) => client.getJobStatus(id)))
  const ends = statuses.map(({ state, runs }) => [state, runs[0]?.output, runs[0]?.version])
  expect(ends).toEqual(sent.map(({ version }) => ['completed', version, version]))
  for (const { id, version, ...order } of sent) expect(done.get(id)).toEqual(workOf(version, order))
  expect(failures).toEqual([])
})

/** Returns what the code of a version does for an order, once. */
function workOf(version: string, { day, naps }: Order): string[] {
  if (version === '1') return ['reserve', ...(day >= 6 ? ['check'] : []), 'charge', 'ship', 'mail']
  if (version === '2') return ['charge 2', ...(day + naps[0] < 18 ? ['label 2'] : []), 'mail 2']
  return ['reserve 3']
}
