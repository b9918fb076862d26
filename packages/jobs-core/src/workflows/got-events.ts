import { signalOf } from '../events/signal-event.ts'
import type { GotEvents } from '../hooks/outcome.ts'

type GotEvent = GotEvents[string][number]

/** Number of signals of one name that a run remembers when it begins again. */
export const maxGotSignals = 20

/** The events that waits of a run got, so that later ones do not get them again after `step.restart`. */
export class ReceivedEvents {
  readonly #byEvent = new Map<string, GotEvent[]>()

  /** @param before - those from before the last `step.restart` */
  constructor(before: GotEvents = {}) {
    for (const [event, got] of Object.entries(before)) this.#byEvent.set(event, [...got])
  }

  /** Remembers an event that a wait got. */
  add(event: string, { id, sentAt }: GotEvent): void {
    const known = this.#byEvent.get(event)
    if (known) known.push({ id, sentAt })
    else this.#byEvent.set(event, [{ id, sentAt }])
  }

  /**
   * Returns those to remember; `undefined` if there are none.
   *
   * @param since - events that were sent before do not count for later waits
   */
  toRemember(since: number): GotEvents | undefined {
    const kept = [...this.#byEvent].map(([event, got]): [string, GotEvent[]] => {
      const sorted = got.toSorted((one, other) => one.sentAt - other.sentAt)
      const isSignal = signalOf(event) !== undefined
      return [event, isSignal ? sorted.slice(-maxGotSignals) : sorted.filter(({ sentAt }) => sentAt >= since)]
    })
    const filled = kept.filter(([, got]) => got.length > 0)
    return filled.length === 0 ? undefined : Object.fromEntries(filled)
  }
}

/** Returns true if the run got an event before `step.restart`. Signals are taken in order, so older ones count as taken. */
export function wasGot(before: GotEvents | undefined, event: string, { id, sentAt }: GotEvent): boolean {
  const got = before?.[event]
  if (!got) return false
  const isOlder = signalOf(event) !== undefined && got.length === maxGotSignals && sentAt < got[0]!.sentAt
  return isOlder || got.some((one) => one.id === id)
}
