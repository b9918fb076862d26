/** What goes wrong with a request instead of, or after, its normal handling. */
export type Fault =
  /** Answers this, without handling the request; an object is sent as JSON. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string | object
    }
  /** Handles nothing and never answers. */
  | { readonly kind: 'hang' }
  /** Breaks the connection: before the request is handled, or after, so that only its answer is lost. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Handles the request and breaks the connection in the middle of the answer's body. */
  | { readonly kind: 'cut' }
  /** Handles the request so much later. */
  | { readonly kind: 'delay'; readonly delayMs: number }

/** Which requests a fault meets: `times` of them at most, all without it. */
export interface FaultMatch {
  readonly method?: string
  /** Is held against the path, query included. */
  readonly path: RegExp
  readonly times?: number
}

/** The faults in force; the first that matches wins. */
export interface Faults {
  /** Adds a fault; the answer takes it away again. */
  add(match: FaultMatch, fault: Fault): () => void
  find(request: { readonly method: string; readonly path: string }): Fault | undefined
}

/** No faults yet. */
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
