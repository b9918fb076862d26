/** A fault that replaces or follows the normal handling of a request. */
export type Fault =
  /** Sends this response without handling the request. An object is sent as JSON. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string | object
    }
  /** Does not handle the request and never responds. */
  | { readonly kind: 'hang' }
  /** Resets the connection before the request is handled, or after, so that only the response is lost. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Handles the request and closes the connection in the middle of the response body. */
  | { readonly kind: 'cut' }
  /** Delays the handling of the request, or the response after it. Default `before`. */
  | { readonly kind: 'delay'; readonly delayMs: number; readonly when?: 'before' | 'after' }

/** The requests that a fault affects: at most `times` of them, or all. */
export interface FaultMatch {
  readonly method?: string
  /** Matched against the path with its query. */
  readonly path: RegExp
  readonly times?: number
}

/** The active faults. The first match wins. */
export interface Faults {
  /** Adds a fault. Returns a function that removes it. */
  add(match: FaultMatch, fault: Fault): () => void
  find(request: { readonly method: string; readonly path: string }): Fault | undefined
}

/** Creates an empty list of faults. */
export function createFaults(): Faults {
  const rules = new Set<{ match: FaultMatch; fault: Fault; left: number }>()
  return {
    add(match, fault) {
      const rule = { match, fault, left: match.times ?? Number.POSITIVE_INFINITY }
      rules.add(rule)
      return () => void rules.delete(rule)
    },
    find({ method, path }) {
      for (const rule of rules) {
        if (rule.left <= 0 || (rule.match.method ?? method) !== method || !rule.match.path.test(path)) continue
        rule.left -= 1
        return rule.fault
      }
      return undefined
    },
  }
}
