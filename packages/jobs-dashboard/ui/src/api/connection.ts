import { signal } from '@preact/signals'

/** The engine or the server does not answer. */
export interface Outage {
  /** The message of the last request. */
  readonly message: string
  /** When the next request is made. */
  readonly retryAt: number
}

/** The current outage; `undefined` while everything answers. */
export const outage = signal<Outage | undefined>(undefined)

const failing = new Set<() => void>()
const firstDelayMs = 1000
const maxDelayMs = 30_000
let failures = 0
let timer: ReturnType<typeof setTimeout> | undefined

/** Reports that a request failed. It is repeated after a backoff, together with others that failed. */
export function reportFailure(repeat: () => void, message: string): void {
  failing.add(repeat)
  if (timer === undefined) {
    const backoffMs = Math.min(firstDelayMs * 2 ** failures, maxDelayMs)
    const delayMs = backoffMs * (0.75 + Math.random() / 2)
    failures += 1
    timer = setTimeout(retryNow, delayMs)
    outage.value = { message, retryAt: Date.now() + delayMs }
  } else if (outage.value) {
    outage.value = { ...outage.value, message }
  }
}

/** Reports that a request succeeded, or is not needed any more. */
export function reportSuccess(repeat: () => void): void {
  failing.delete(repeat)
  if (failing.size > 0) return
  clearTimeout(timer)
  timer = undefined
  failures = 0
  outage.value = undefined
}

/** Repeats what failed, now. */
export function retryNow(): void {
  clearTimeout(timer)
  timer = undefined
  for (const repeat of failing) repeat()
}
