import { expect, test, vi } from 'vitest'

import { withRetries } from '../../src/database/retries.ts'

test.each([
  ['Connection terminated unexpectedly', 2],
  ['Connection terminated due to connection timeout', 1],
])(
  'a transaction runs again after a lost connection, but not if the server does not answer: %s',
  async (message, tries) => {
    const run = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error(message)).mockResolvedValue(undefined)
    await withRetries(run).catch(() => undefined)
    expect(run).toHaveBeenCalledTimes(tries)
  },
)
