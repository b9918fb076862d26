import { compensationGraceMs, type StepCall } from '@cgk-platform/jobs-core/hosted'
import type { Json, Clock } from '@cgk-platform/jobs-core/provider'

import { sha1 } from '../../wire/sha1.ts'

/** The mode in which a step is reported to the engine. */
export interface StepMode {
  /** Set if parallel steps can end at other times, so that the code continues after each. */
  readonly parallelMode?: 'race'
}

/** A step that the code has called. */
export interface CalledStep {
  readonly call: StepCall
  readonly resolve: (output: Json | undefined) => void
  readonly reject: (error: unknown) => void
}

/** Passes calls to the engine, grouped by those that the code makes together. */
export interface StepQueue {
  /** Whether the code awaits a step. */
  readonly isAwaited: boolean
  /** Adds a call. Resolves with the output of the step. */
  add(call: StepCall): Promise<Json | undefined>
  /** Completes started work after the code threw, because completed work may have to be compensated. */
  finishWork(): Promise<void>
  /** Ends the queue with the code: calls that nothing awaits do not start. */
  close(): void
}

/** The services that a queue needs. */
export interface StepQueueDependencies {
  readonly clock: Clock
  readonly targetStep: string | undefined
  /** Whether the work of a step is running. */
  isBusy(): boolean
  /** Whether a step ended before this request. */
  isKnown(call: StepCall): boolean
  /** Whether a new step must wait, because the code may have passed its place before it was there. */
  isHeld(call: StepCall): boolean
  /** Is called if the code can only wait for a held step that is new, or for calls of `step.patched` from several places. */
  refuse(call: StepCall): void
  perform(call: StepCall, mode: StepMode): Promise<Json | undefined>
}

/** Time without activity after which the code counts as waiting for the losers of a race. */
const idleMs = 100
/** The same before a run waits for other code. The SDK gives up a request for one step after 10 seconds. */
const refusalMs = 5000

/**
 * Creates a queue that decides which called steps to report to the engine, and in which mode.
 *
 * The SDK reports every called step that has not ended, and then ends the request. A run does not complete before all
 * reported steps have ended. So that the winner of a race need not wait for the losers, the queue defers a step that
 * was called together with an ended one: the engine knows it already. It reports deferred steps only when the code is
 * idle.
 *
 * After a wait was reported together with another step, two requests can run at once: the steps end independently, and
 * each end starts a replay. So in a run with such a group, every later step is planned instead of executed directly,
 * even a single one. A replay that finds the step planned or running plans it again, which the engine deduplicates, and
 * only the request for that step executes it. This holds until the run ends, because a replay cannot know which
 * independent steps are still open: it may not have called them.
 */
export function createStepQueue(dependencies: StepQueueDependencies): StepQueue {
  const { clock, targetStep, isBusy, isKnown, isHeld, refuse, perform } = dependencies
  let group: CalledStep[] = []
  let deferred: CalledStep[] = []
  /** New steps in front of steps that the code has not called again, until it has called these or can only wait. */
  let held: CalledStep[] = []
  /** Whether the code awaits other steps beside its held calls of `step.patched`. */
  let isBeside = false
  let isClosed = false
  let isCollecting = false
  /** Number of steps that ended before this request and whose results the code has not received yet. */
  let replaying = 0
  let activity = 0
  /** True after the first group whose steps end independently. */
  let hasIndependentSteps = false
  /** Calls that were passed to the SDK and have not settled in this request. */
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
    const parallel = [...open, ...calls.map(({ call }) => call)]
    const endIndependently = parallel.length > 1 && parallel.some(isWait)
    hasIndependentSteps ||= endIndependently || (known.length > 0 && known.length < calls.length)
    for (const called of calls) {
      const isDeferred = known.length > 0 && !isKnown(called.call) && targetStep !== sha1(called.call.key)
      if (!isKnown(called.call) && isHeld(called.call)) held.push(called)
      else if (isDeferred && called.call.kind !== 'patched') deferred.push(called)
      else start(called, currentMode())
    }
    for (const called of takeHeld(({ call }) => !isHeld(call))) {
      if (called.call.kind === 'patched') start(called, currentMode())
      else deferred.push(called)
    }
    if (deferred.length > 0 || held.length > 0) startDeferredWhenIdle()
  }

  const currentMode = (): StepMode => (hasIndependentSteps ? { parallelMode: 'race' } : {})

  const takeHeld = (which: (called: CalledStep) => boolean): CalledStep[] => {
    const taken = held.filter(which)
    held = held.filter((called) => !taken.includes(called))
    return taken
  }

  /** The code can only wait for its held steps, so the steps ahead are those of code that had none of these. */
  const settleHeld = (): void => {
    const [first, second] = held.filter(isPatched)
    if (isBeside && first && second) return refuse(first.call)
    const patched = takeHeld(isPatched)
    for (const called of patched) start(called, currentMode())
    if (patched.length === 0) refuse(held[0]!.call)
    else startDeferredWhenIdle()
  }

  const startDeferredWhenIdle = (): void => {
    const before = activity
    clock.setTimer(patienceMs(), () => {
      if (isClosed || (deferred.length === 0 && held.length === 0)) return
      if (activity !== before || replaying > 0 || isBusy()) return startDeferredWhenIdle()
      if (held.length > 0) return settleHeld()
      startDeferred()
    })
  }

  /** Returns how long the code may await something other than a step, milliseconds. */
  const patienceMs = (): number => {
    if (held.length === 0) return idleMs
    return held.some(isPatched) ? compensationGraceMs : refusalMs
  }

  const startDeferred = (which: (called: CalledStep) => boolean = () => true): void => {
    const calls = deferred.filter(which)
    deferred = deferred.filter((called) => !calls.includes(called))
    for (const called of calls) start(called, { parallelMode: 'race' })
  }

  const isAwaited = (): boolean => open.size + group.length + deferred.length + held.length > 0

  return {
    get isAwaited() {
      return isAwaited()
    },
    add: (call) =>
      new Promise((resolve, reject) => {
        activity++
        if (call.kind !== 'patched') isBeside = true
        else if (![...group, ...held].some(isPatched)) isBeside = isAwaited()
        group.push({ call, resolve, reject })
        if (isCollecting) return
        isCollecting = true
        void clock.yield().then(flush)
      }),
    async finishWork() {
      group = group.filter(({ call }) => 'work' in call)
      if (isCollecting) flush()
      startDeferred(({ call }) => 'work' in call)
      while (working.size > 0) await Promise.allSettled(working)
    },
    close() {
      isClosed = true
    },
  }
}

function isPatched({ call }: CalledStep): boolean {
  return call.kind === 'patched'
}

/** Returns true if a step can take long without executing anything. */
function isWait(call: StepCall): boolean {
  return call.kind === 'runJob' || !('work' in call || call.kind === 'patched')
}
