import { inspect } from 'node:util'

import { expect } from 'vitest'

/** The event key. */
export const eventKey = 'secret-event-key'
/** The signing key. */
export const signingKey = `signkey-test-${'5ec2e7'.repeat(8)}`
/** Text for payloads and idempotency keys. */
export const secretWord = 'secret-of-a-payload'

/** Expects that everything visible in these values, however deep, contains no key and no payload. */
export function expectNoSecrets(...shown: unknown[]): void {
  for (const one of shown) {
    const text = inspect(one, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null })
    expect(text).not.toContain(eventKey)
    expect(text).not.toContain(signingKey.replace('signkey-test-', ''))
    expect(text).not.toContain(secretWord)
  }
}
