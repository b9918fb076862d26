import type { JobClient } from '@cgk-platform/jobs'

import { untilWritten } from '../until-written.ts'
import type { Script } from '../events.ts'
import type { Burst, HeldLane, ImmediateRetries, Load, MassPause } from './load.ts'
import { type LoadJob, type LoadSender, sendNoted } from './send-noted.ts'

/** Time until the jobs of a burst with one `runAt` are due, in milliseconds: all must have been sent before. */
const runAtMs = 2000

/** Sends the jobs of a load. @param wait - waits for a duration, or until the chaos run is over */
export async function applyLoad(
  sender: LoadSender,
  load: Load,
  wait: (durationMs: number) => Promise<void>,
): Promise<void> {
  switch (load.kind) {
    case 'burst':
      return sendBurst(sender, load)
    case 'held lane':
      return holdLane(sender, load)
    case 'immediate retries':
      return sendImmediateRetries(sender, load)
    case 'mass pause':
      return pauseTenants(sender, load, wait)
  }
}

async function sendBurst(sender: LoadSender, { large, small, hasOneRunAt }: Burst): Promise<void> {
  const { group } = sender
  const options = hasOneRunAt ? { options: { runAt: new Date(Date.now() + runAtMs) } } : {}
  const jobOf = (kind: 'large' | 'small', tenantId: string, item: string): LoadJob => ({
    event: 'chaos.turn',
    script: scriptOf({ tenantId, item, kind, workMs: 0 }),
    ...options,
  })
  await sendNoted(
    sender,
    times(large, (index) => jobOf('large', `${group}-large`, `${group}-large-${index}`)),
  )
  await sendNoted(
    sender,
    times(small, (index) => jobOf('small', `${group}-small-${index}`, `${group}-small-${index}`)),
  )
}

async function holdLane(sender: LoadSender, { waiting, workMs }: HeldLane): Promise<void> {
  const { group } = sender
  const jobOf = (index: number, ownMs: number): LoadJob => ({
    event: 'chaos.lane',
    script: {
      ...scriptOf({ tenantId: group, item: `${group}-${index}`, kind: 'in a lane', workMs: ownMs }),
      store: 'north',
      customer: `customer-${index}`,
    },
  })
  await sendNoted(sender, [jobOf(0, workMs)])
  await sendNoted(
    sender,
    times(waiting, (index) => jobOf(index + 1, 5)),
  )
}

async function sendImmediateRetries(sender: LoadSender, { failing, failures, newer }: ImmediateRetries): Promise<void> {
  const { group: tenantId } = sender
  const jobOf = (kind: 'retried at once' | 'newer', index: number, failed = 0): LoadJob => ({
    event: 'chaos.again',
    script: { ...scriptOf({ tenantId, item: `${tenantId}-${kind}-${index}`, kind, workMs: 5 }), failures: failed },
  })
  await sendNoted(
    sender,
    times(failing, (index) => jobOf('retried at once', index, failures)),
  )
  await sendNoted(
    sender,
    times(newer, (index) => jobOf('newer', index)),
  )
}

/** Pauses tenants, sends a job of each, and resumes them after a while. */
async function pauseTenants(
  sender: LoadSender,
  { tenants, forMs }: MassPause,
  wait: (durationMs: number) => Promise<void>,
): Promise<void> {
  const { client, note, group } = sender
  const ids = times(tenants, (index) => `${group}-${index}`)
  const forAll = (change: (client: JobClient, tenantId: string) => Promise<void>): Promise<unknown> =>
    Promise.all(ids.map((tenantId) => untilWritten(() => change(client, tenantId))))
  await forAll((one, tenantId) => one.pauseJobs({ tenantId }))
  const from = Date.now()
  await sendNoted(
    sender,
    ids.map((id) => ({
      event: 'chaos.held',
      script: scriptOf({ tenantId: id, item: id, kind: 'of a paused tenant', workMs: 0 }),
    })),
  )
  await wait(forMs)
  const until = Date.now()
  await forAll((one, tenantId) => one.resumeJobs({ tenantId }))
  note({ type: 'tenants were paused', group, from, until })
}

function scriptOf(
  script: Pick<LoadJob['script'], 'tenantId' | 'item' | 'kind' | 'workMs'>,
): Script & Pick<LoadJob['script'], 'kind'> {
  return { ...script, failures: 0 }
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
