import { setTimeout as pass } from 'node:timers/promises'

import type { Disk } from './disk.ts'
import { nowMs, type Note } from './line.ts'
import { type CommonAct, isWorker, type LifeAct, type Plan } from './plan.ts'
import type { Slot } from './slot.ts'

/** What a plan is carried out with. */
export interface Conducted {
  readonly plan: Plan
  readonly slots: ReadonlyMap<string, Slot>
  readonly disk: Disk
  readonly note: (note: Note) => void
}

/** How long senders are given to end: a send waits half a minute for others that hold the file. */
const senderEndMs = 45_000
/** How long a worker that was killed at a tick stays down, milliseconds. */
const tickDownMs = 200

/** Does what the plan says, when it says; in the end all senders have ended and all workers run. */
export async function conduct({ plan, slots, disk, note }: Conducted): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  const all = [...slots.values()]
  await Promise.all(all.map((slot) => slot.start()))
  // A busy machine starts them late, and what happens before shows nothing.
  await Promise.all(all.map((slot) => slot.up))
  const common = plan.common.map((act) => perform(act, { slots, disk, note, signal, beganWall: Date.now() }))
  const lives = [...slots].map(([name, slot]) => live(slot, plan.lives[name]!, signal))
  await Promise.race([untilOver(plan.durationMs, signal), Promise.all(lives)])
  over.abort()
  await Promise.all([...lives, ...common])
  const senders = [...slots].filter(([name]) => !isWorker(name))
  const workers = [...slots].filter(([name]) => isWorker(name))
  await Promise.all([...senders.map(([, slot]) => slot.end(senderEndMs)), ...workers.map(([, slot]) => slot.start())])
}

/** Lives through the acts of a slot, in a time that counts only while its processes are up: a busy machine starts them late. */
async function live(slot: Slot, acts: readonly LifeAct[], signal: AbortSignal): Promise<void> {
  for (const act of acts) {
    if (!act.isYoung) await Promise.race([slot.up, untilOver(Number.POSITIVE_INFINITY, signal)])
    await untilOver(act.afterMs, signal)
    if (signal.aborted) return
    if (act.act !== 'kill') {
      slot.pause()
      await untilOver(act.forMs, signal)
      if (act.act === 'pause' || signal.aborted) slot.goOn()
    }
    if (act.act === 'pause' || signal.aborted) continue
    await slot.kill()
    await untilOver(act.downMs, signal)
    await slot.start()
  }
}

type Common = Omit<Conducted, 'plan'> & { readonly signal: AbortSignal; readonly beganWall: number }

async function perform(act: CommonAct, { slots, disk, note, signal, beganWall }: Common): Promise<void> {
  await untilOver(dueMs(act, beganWall), signal)
  if (signal.aborted) return
  if (act.act === 'full disk') {
    if (!disk.canFill) return
    const since = nowMs()
    disk.fill()
    await untilOver(act.forMs, signal)
    disk.free()
    return note({ what: 'disk was full', since })
  }
  const isCrash = act.act === 'crash'
  const killed = isCrash ? [...slots.values()] : act.slots.map((name) => slots.get(name)!)
  await Promise.all(killed.map((slot) => slot.kill()))
  await untilOver(isCrash ? act.downMs : tickDownMs, signal)
  await Promise.all(killed.map((slot) => slot.start()))
}

/** From now on. */
function dueMs(act: CommonAct, beganWall: number): number {
  if ('atMs' in act) return act.atMs
  const firstMinute = Math.ceil(beganWall / 60_000) * 60_000
  return firstMinute + (act.minute - 1) * 60_000 + act.afterMs - beganWall
}

/** Passes the time, or what is left of it when the run is over. */
async function untilOver(durationMs: number, signal: AbortSignal): Promise<void> {
  await pass(Math.min(durationMs, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined)
}
