import type { GotEvents } from '../hooks/outcome.ts'

/** Number of events of one name that a run remembers when it begins again. */
export const maxGotEvents = 20

/** The events that waits of a run got, so that later ones do not get them again after `step.restart`. */
export class ReceivedEvents {
  readonly #byName: Map<string, GotEvents[string]>

  /** @param before - those from before the last `step.restart` */
  constructor(before: GotEvents = {}) {
    this.#byName = new Map(Object.entries(before))
  }

  /** Remembers an event that a wait got. */
  add(event: string, { id, sentAt }: GotEvents[string][number]): void {
    const all = [...(this.#byName.get(event) ?? []), { id, sentAt }]
    this.#byName.set(event, all.toSorted((one, other) => one.sentAt - other.sentAt).slice(-maxGotEvents))
  }

  /** Returns those to remember; `undefined` if there are none. */
  get all(): GotEvents | undefined {
    return this.#byName.size === 0 ? undefined : Object.fromEntries(this.#byName)
  }
}

/** Returns true if the run got an event before `step.restart`. Events are taken in order, so older ones count as taken. */
export function wasGot(before: GotEvents[string] | undefined, { id, sentAt }: GotEvents[string][number]): boolean {
  if (!before) return false
  return before.some((got) => got.id === id) || (before.length === maxGotEvents && sentAt < before[0]!.sentAt)
}
