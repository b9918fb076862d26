import type { Clock, Json, StepCall } from '@cgk-platform/jobs-core'

import { sha1 } from '../../wire/sha1.ts'

/** How a step is made known to the engine. */
export interface StepMode {
  /** Present where steps beside it may end at other times, and the code goes on with each. */
  readonly parallelMode?: 'race'
}

/** A step that the code has called. */
export interface CalledStep {
  readonly call: StepCall
  readonly resolve: (output: Json | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Hands calls on to the engine, in groups of those that the code makes together. */
export interface StepQueue {
  add(call: StepCall): Promise<Json | undefined>
  /** Of code that threw: lets the work that it began come to its end, for it may be undone. */
  finishWork(): Promise<void>
  /** The code has ended: what it called and nobody waits for does not begin. */
  close(): void
}

/** What a queue stands on. */
export interface StepQueueParts {
  readonly clock: Clock
  readonly wanted: string | undefined
  /** True while the work of a step goes on. */
  isBusy(): boolean
  /** True for a step that has ended in a pass before. */
  isKnown(call: StepCall): boolean
  perform(call: StepCall, mode: StepMode): Promise<Json | undefined>
}

/** For so long the code may do something else after a step before it counts as waiting for the losers of a race. */
const calmMs = 100

/**
 * The SDK tells the engine of every step that the code has called and that has not ended; then it ends the pass, and a run
 * does not complete before they all have. So that the winner of a race need not wait for the losers, a step that was
 * called together with one that has ended is not told of again, unless the code does nothing else: the engine had been
 * told of both at once.
 */
export function createStepQueue({ clock, wanted, isBusy, isKnown, perform }: StepQueueParts): StepQueue {
  let group: CalledStep[] = []
  let held: CalledStep[] = []
  let isClosed = false
  let isCollecting = false
  /** Steps that have ended before and are not answered yet. */
  let replaying = 0
  let activity = 0
  /** True from a group on whose steps end apart, until one after it has: two passes may be under way then. */
  let isApart = false
  const working = new Set<Promise<unknown>>()

  const start = ({ call, resolve, reject }: CalledStep, mode: StepMode): void => {
    const known = isKnown(call)
    if (known) replaying++
    activity++
    const performed = perform(call, mode)
    if ('work' in call) working.add(performed)
    const ended = (): void => {
      if (known) replaying--
      activity++
      working.delete(performed)
    }
    performed.then(
      (output) => {
        ended()
        resolve(output)
      },
      (error: unknown) => {
        ended()
        reject(error)
      },
    )
  }

  const flush = (): void => {
    isCollecting = false
    const calls = group
    group = []
    if (isClosed) return
    const known = calls.filter(({ call }) => isKnown(call))
    const endsApart = calls.length > 1 && calls.some(({ call }) => isWait(call))
    if (known.length > 0) isApart = endsApart || known.length < calls.length
    for (const called of calls) {
      const mayBeTold = known.length > 0 && !isKnown(called.call) && wanted !== sha1(called.call.key)
      if (mayBeTold) held.push(called)
      else start(called, endsApart || isApart || held.length > 0 ? { parallelMode: 'race' } : {})
    }
    if (held.length > 0) waitForCalm()
  }

  const waitForCalm = (): void => {
    const before = activity
    clock.setTimer(calmMs, () => {
      if (isClosed || held.length === 0) return
      if (activity !== before || replaying > 0 || isBusy()) return waitForCalm()
      tellHeld()
    })
  }

  const tellHeld = (which: (called: CalledStep) => boolean = () => true): void => {
    const calls = held.filter(which)
    held = held.filter((called) => !calls.includes(called))
    for (const called of calls) start(called, { parallelMode: 'race' })
  }

  return {
    add: (call) =>
      new Promise((resolve, reject) => {
        activity++
        group.push({ call, resolve, reject })
        if (isCollecting) return
        isCollecting = true
        void clock.yield().then(flush)
      }),
    async finishWork() {
      group = group.filter(({ call }) => 'work' in call)
      if (isCollecting) flush()
      tellHeld(({ call }) => 'work' in call)
      while (working.size > 0) await Promise.allSettled(working)
    },
    close() {
      isClosed = true
    },
  }
}

/** Whether a step may take long without anything being done. */
function isWait({ kind }: StepCall): boolean {
  return kind !== 'run' && kind !== 'sendEvent'
}
