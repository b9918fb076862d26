import type { Json, Clock, StepCall } from '@cgk-platform/jobs-core/provider'

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
  /** Of code that threw: lets the work that it began come to its end, for it may be compensated. */
  finishWork(): Promise<void>
  /** The code has ended: what it called and nobody waits for does not begin. */
  close(): void
}

/** What a queue stands on. */
export interface StepQueueDependencies {
  readonly clock: Clock
  readonly targetStep: string | undefined
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
 *
 * Two passes may be under way from the moment on at which a wait was told of beside another step: each ends by itself, and
 * the end of each begins a pass, whatever the code has come to. So in a run that has had such a group, every later step is
 * planned, also where it is the only one: a pass that finds it planned already, or under way, plans it again, which the
 * engine takes for the same, and only the request that is for this step does it. That holds until the run ends, since
 * which of the steps that end apart are still open cannot be told: the pass that goes on may not have called them.
 */
export function createStepQueue({ clock, targetStep, isBusy, isKnown, perform }: StepQueueDependencies): StepQueue {
  let group: CalledStep[] = []
  let held: CalledStep[] = []
  let isClosed = false
  let isCollecting = false
  /** Steps that have ended before and are not answered yet. */
  let replaying = 0
  let activity = 0
  /** True from the first group on whose steps end apart. */
  let isApart = false
  /** What the engine was told of, or answers from its records, and has not ended in this pass. */
  const open = new Set<StepCall>()
  const working = new Set<Promise<unknown>>()

  const start = ({ call, resolve, reject }: CalledStep, mode: StepMode): void => {
    const known = isKnown(call)
    if (known) replaying++
    activity++
    open.add(call)
    const performed = perform(call, mode)
    if ('work' in call) working.add(performed)
    const ended = (): void => {
      if (known) replaying--
      activity++
      open.delete(call)
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
    const beside = [...open, ...calls.map(({ call }) => call)]
    const endsApart = beside.length > 1 && beside.some(isWait)
    isApart ||= endsApart || (known.length > 0 && known.length < calls.length)
    for (const called of calls) {
      const mayBeTold = known.length > 0 && !isKnown(called.call) && targetStep !== sha1(called.call.key)
      if (mayBeTold) held.push(called)
      else start(called, isApart ? { parallelMode: 'race' } : {})
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
function isWait(call: StepCall): boolean {
  return call.kind === 'runJob' || !('work' in call)
}
