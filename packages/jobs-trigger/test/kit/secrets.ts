import { inspect } from 'node:util'

import { expect } from 'vitest'

/** Who sends and reads. */
export const secretKey = `tr_dev_${'5ec2e7'.repeat(4)}`
/** To be put into payloads and idempotency keys. */
export const secretWord = 'secret-of-a-payload'

/** Expects that whatever a person may come to see of these values, however deep, holds no key and no payload. */
export function expectNoSecrets(...shown: unknown[]): void {
  for (const one of shown) {
    const text = inspect(one, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null })
    expect(text).not.toContain(secretKey.replace('tr_dev_', ''))
    expect(text).not.toContain(secretWord)
  }
}
