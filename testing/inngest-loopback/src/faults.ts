import type { HttpReply, HttpRequest } from './http-messages.ts'

/** A failure of a request, before, instead of or after its normal handling. */
export type Fault =
  /** Responds with this, without handling the request. */
  | ({ readonly kind: 'answer' } & HttpReply)
  /** Does not handle the request and never responds. */
  | { readonly kind: 'hang' }
  /** Breaks the connection, before the request is handled or after. */
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  /** Handles the request and breaks the connection in the middle of the response body. */
  | { readonly kind: 'cut' }
  /** Handles the request after a delay, by the engine's clock. */
  | { readonly kind: 'delay'; readonly delayMs: number }

/** Returns the fault for a request, if any. */
export type FaultRule = (request: HttpRequest) => Fault | undefined | Promise<Fault | undefined>

/** The active rules for one direction. The first rule that returns a fault wins. */
export interface FaultRules {
  /** Adds a rule. Returns a function that removes it. */
  add(rule: FaultRule): () => void
  find(request: HttpRequest): Promise<Fault | undefined>
}

/** Creates an empty set of rules. */
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
        // Sequential, so that a rule that counts requests counts only those that reached it.
        const fault = await rule(request)
        if (fault) return fault
      }
      return undefined
    },
  }
}
