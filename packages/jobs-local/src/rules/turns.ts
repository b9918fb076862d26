import { createTurnState, type TurnState } from './tenant-turns.ts'

/** Most entries to keep for tenants whose runs take turns. A tenant without an entry begins with its first ones. */
const maxEntries = 10_000

/** The tenants, definitions and keys that this worker served last. The next claim continues after them. */
export class Turns {
  /** The turns of the tenants at the slots of this worker. */
  readonly tenants: TurnState = createTurnState()
  /** The turns of the tenants at the slots of a definition that has a limit. */
  readonly #ofDefinitions = new Map<string, TurnState>()
  readonly #last = new Map<string, string>()

  /** Returns the turns of the tenants at the slots of a definition. */
  ofDefinition(definition: string): TurnState {
    let state = this.#ofDefinitions.get(definition)
    if (!state) this.#ofDefinitions.set(definition, (state = createTurnState()))
    return state
  }

  /** Returns what was served last of several that take turns; `undefined` if there was one only. */
  lastOf(name: string): string | undefined {
    return this.#last.get(name)
  }

  /** Remembers what was served last of several that take turns; `undefined` if there is one only. */
  remember(name: string, last: string | undefined): void {
    this.#last.delete(name)
    if (last === undefined) return
    this.#last.set(name, last)
    for (const [oldest] of this.#last) {
      if (this.#last.size <= maxEntries) break
      this.#last.delete(oldest)
    }
  }
}
