import { readdirSync, readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { createCursorSeal } from '../../src/api/cursor-seal.ts'

interface SealedCursor {
  readonly secret: string
  readonly tenantId: string
  readonly stored: string
  readonly means: string
}

const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())

describe.each(folders.map(({ name }) => name))('the records of the release `%s`', (release) => {
  const text = readFileSync(`${import.meta.dirname}/${release}/cursors.json`, 'utf8')
  const cursors = Object.entries(JSON.parse(text) as Record<string, SealedCursor>)
  test.each(cursors)('have a cursor %s', async (_, { secret, tenantId, stored, means }) => {
    expect(await createCursorSeal(secret).open(stored, tenantId)).toBe(means)
    const other = createCursorSeal(secret).open(stored, 'globex')
    await expect(other).rejects.toMatchObject({ error: { code: 'invalid_option' } })
  })
})
