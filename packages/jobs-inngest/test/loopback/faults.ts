import type { HttpReply, HttpRequest } from './http-messages.ts'

/** What goes wrong with a request instead of, or after, its normal handling. */
export type Fault =
  /** Answers this, without handling the request. */
  | ({ readonly kind: 'answer' } & HttpReply)
  /** Handles nothing and never answers. */
  | { readonly kind: 'hang' }
  /** Breaks the connection, before the request is handled or after. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Handles the request and breaks the connection in the middle of the answer's body. */
  | { readonly kind: 'cut' }
  /** Handles the request so much later, by the engine's clock. */
  | { readonly kind: 'delay'; readonly delayMs: number }

/** Looks at a request and says what goes wrong with it, if anything. */
export type FaultRule = (request: HttpRequest) => Fault | undefined | Promise<Fault | undefined>

/** The rules in force for one direction; the first that names a fault wins. */
export interface FaultRules {
  /** Adds a rule; the answer takes it away again. */
  add(rule: FaultRule): () => void
  find(request: HttpRequest): Promise<Fault | undefined>
}

/** No rules yet. */
export function createFaultRules(): FaultRules {
  const rules = new Set<FaultRule>()
  return {
    add(rule) {
      const own: FaultRule = (request) => rule(request)
      rules.add(own)
      return () => void rules.delete(own)
    },
    async find(request) {
      for (const rule of [...rules]) {
        // One after the other: a rule that counts its requests counts only what reached it.
        const fault = await rule(request)
        if (fault) return fault
      }
      return undefined
    },
  }
}
