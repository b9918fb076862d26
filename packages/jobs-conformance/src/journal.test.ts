import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createJournalReader, type JournalEntry, type JournalFilter, recordedPayload, record } from './journal.ts'
import { configureConformance, journalVariable } from './settings.ts'

const entry: Omit<JournalEntry, 'at'> = {
  kind: 'started',
  definition: 'conformance-plain',
  jobId: 'job',
  runId: 'run',
  attempt: 1,
  maxAttempts: 3,
  tenantId: 'tenant',
  details: { payload: { word: 'Grüße 👋' } },
}

describe('the journal', () => {
  let folder: string
  let path: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'))
    path = join(folder, 'journal.jsonl')
    configureConformance({ journalPath: path })
  })

  afterEach(() => {
    configureConformance({ journalPath: undefined, clock: undefined })
    delete process.env[journalVariable]
    rmSync(folder, { recursive: true, force: true })
  })

  it('names the variable if no file is set', () => {
    configureConformance({ journalPath: undefined })
    expect(() => record(entry)).toThrow(/CONFORMANCE_JOURNAL/)
  })

  it('continues where it stopped, and waits for the rest of a line that is split inside a character', () => {
    const reader = createJournalReader(path)
    record(entry)
    expect(reader.read({})).toHaveLength(1)
    const line = Buffer.from(`${JSON.stringify({ ...entry, at: 1 })}\n`)
    const cut = line.indexOf('👋') + 2
    appendFileSync(path, line.subarray(0, cut))
    expect(reader.read({})).toHaveLength(1)
    appendFileSync(path, line.subarray(cut))
    expect(reader.read({}).map(recordedPayload)).toEqual([{ word: 'Grüße 👋' }, { word: 'Grüße 👋' }])
  })
  it('returns the entries in which every given field matches, in their order', () => {
    const reader = createJournalReader(path)
    for (const change of [{}, { tenantId: 'other' }, { jobId: 'other' }, { kind: 'returned' }] as const)
      record({ ...entry, ...change })
    const kindsOf = (filter: JournalFilter) => reader.read(filter).map(({ jobId, kind }) => `${jobId} ${kind}`)
    expect(kindsOf({ jobId: 'job', tenantId: 'tenant' })).toEqual(['job started', 'job returned'])
    expect(kindsOf({ tenantId: 'tenant', kind: 'started' })).toEqual(['job started', 'other started'])
    expect(kindsOf({ definition: 'conformance-plain', attempt: undefined })).toHaveLength(4)
    expect(kindsOf({ jobId: 'nobody' })).toEqual([])
    expect(reader.read({ jobId: 'job' }, ({ kind }) => kind === 'returned')).toHaveLength(1)
  })
})
