import { setTimeout as pass } from 'node:timers/promises'

import type { Disk } from './disk.ts'
import { nowMs, type Note } from './line.ts'
import type { Act, Plan } from './plan.ts'
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

/** Does what the plan says, when it says; in the end all senders have ended and all workers run. */
export async function conduct({ plan, slots, disk, note }: Conducted): Promise<void> {
  await Promise.all([...slots.values()].map((slot) => slot.start()))
  const [began, beganWall] = [nowMs(), Date.now()]
  const timed = plan.acts.map((act) => ({ act, atMs: dueAt(act, beganWall) }))
  let fullSince: number | undefined
  const free = (): void => {
    if (fullSince === undefined) return
    disk.free()
    note({ what: 'disk was full', since: fullSince })
    fullSince = undefined
  }
  for (const { act, atMs } of timed.toSorted((one, other) => one.atMs - other.atMs)) {
    if (atMs > plan.durationMs) break
    await pass(Math.max(0, began + atMs - nowMs()))
    if (act.act === 'fill disk') {
      if (disk.canFill) {
        fullSince = nowMs()
        disk.fill()
      }
    } else if (act.act === 'free disk') free()
    else if ('slot' in act) perform(act, slots.get(act.slot)!)
  }
  await pass(Math.max(0, began + plan.durationMs - nowMs()))
  free()
  for (const slot of slots.values()) slot.goOn()
  const ending = plan.senders.map((sender) => slots.get(sender)!.end(senderEndMs))
  await Promise.all([...ending, ...plan.workers.map((worker) => slots.get(worker)!.start())])
}

/** From the beginning, milliseconds. */
function dueAt(act: Act, beganWall: number): number {
  if ('atMs' in act) return act.atMs
  const firstMinute = Math.ceil(beganWall / 60_000) * 60_000
  return firstMinute + (act.atMinute - 1) * 60_000 + act.afterMs - beganWall
}

function perform(act: Extract<Act, { slot: string }>, slot: Slot): void {
  if (act.act === 'start') void slot.start()
  else if (act.act === 'pause') slot.pause()
  else if (act.act === 'continue') slot.goOn()
  else if ('atMinute' in act) void slot.kill().then(() => slot.start())
  else void slot.kill()
}
