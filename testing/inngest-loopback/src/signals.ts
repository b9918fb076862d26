import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Timer } from '@cgk-platform/jobs-core/scheduling'
import { isEnded, type Run } from './run.ts'

/** The waits for signals. At most one run waits for a signal. */
export interface Signals {
  /** Returns false if another run waits for the signal. `resume` gets `undefined` after the timeout. */
  wait(wait: SignalWait): boolean
  /** Resumes the run that waits for a signal, and returns it. */
  deliver(signal: string, data: unknown): Run | undefined
  close(): void
}

/** A run that waits for a signal. */
export interface SignalWait {
  readonly run: Run
  readonly signal: string
  readonly replaces: boolean
  readonly expiresInMs?: number | undefined
  resume(received: { readonly signal: string; readonly data: unknown } | undefined): void
}

/** Creates an empty list of waits (pkg/execution/executor/executor.go, handleGeneratorWaitForSignal, ResumeSignal). */
export function createSignals(clock: Clock): Signals {
  const waits = new Map<string, { readonly wait: SignalWait; readonly timer: Timer | undefined }>()
  const take = (signal: string): SignalWait | undefined => {
    const found = waits.get(signal)
    found?.timer?.cancel()
    waits.delete(signal)
    return found && !isEnded(found.wait.run.status) ? found.wait : undefined
  }
  return {
    wait(wait) {
      const { run, signal, replaces, expiresInMs } = wait
      const other = waits.get(signal)?.wait
      if (other && other.run !== run && !isEnded(other.run.status) && !replaces) return false
      take(signal)
      const expire = (): void => take(signal)?.resume(undefined)
      const timer = expiresInMs === undefined ? undefined : clock.setTimer(expiresInMs, expire)
      waits.set(signal, { wait, timer })
      return true
    },
    deliver(signal, data) {
      const wait = take(signal)
      wait?.resume({ signal, data })
      return wait?.run
    },
    close() {
      for (const signal of [...waits.keys()]) take(signal)
    },
  }
}
