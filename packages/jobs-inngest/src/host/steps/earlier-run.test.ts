import { describe, expect, test } from 'vitest'

import { recordedTraces } from '../../../test/fixtures/recorded-traces.ts'
import { openApi } from '../../../test/kit/open-api.ts'
import { sha1 } from '../../wire/sha1.ts'
import { createEarlierRuns } from './earlier-run.ts'

const { run, children } = recordedTraces.failed
const jobId = run.trigger!.eventIds![0]!
/** A run of a minute after the failed one. */
const runId = `01M8ADCD${run.id.slice(8)}`
const receivedAt = Date.parse(run.queuedAt)

/** An engine with the failed run and one that retries it; the failed one has this trace. */
function open(trace: unknown[] = children as unknown[], failed: object = run) {
  const retried = { ...run, id: runId, status: 'RUNNING', output: undefined }
  const opened = openApi(({ url }) =>
    url.pathname.endsWith('/trace')
      ? { body: { data: { rootSpan: { children: trace } } } }
      : { body: { data: [retried, failed] } },
  )
  return { ...opened, runs: createEarlierRuns(opened.api, opened.clock) }
}
const withoutUndo = children.filter(({ name = '' }) => !name.endsWith('/undo'))

describe('the run that one was made to retry', () => {
  test('is not looked for, at once, where the run came with its event', () => {
    const { runs, asked } = open()
    expect(runs.of({ jobId, runId: run.id, receivedAt })).toBeUndefined()
    expect(asked).toEqual([])
  })

  test('tells what its completed steps answered, and is asked for once', async () => {
    const { runs, asked } = open(withoutUndo)
    const earlier = await runs.of({ jobId, runId, receivedAt })
    expect(earlier!.ended.get(sha1('charge'))).toMatchObject({ data: { kind: 'run', output: { id: 'c-1' } } })
    expect(earlier!.ended.get(sha1('nap'))).toEqual({ type: 'data', data: null })
    expect(earlier!.ended.has(sha1('broken'))).toBe(false) // no step failed the run: the code did
    expect(earlier!.origin).toBe(run.id)
    await runs.of({ jobId, runId, receivedAt })
    expect(asked).toHaveLength(2)
  })

  test('counts for nothing where a step of it was undone, but for what still stands', async () => {
    const earlier = await open().runs.of({ jobId, runId, receivedAt })
    expect([...earlier!.ended.keys()]).toEqual([sha1('pack')]) // its undo has failed
    expect('keyOrigin' in earlier!).toBe(false)
    const all = children.filter(({ name = '' }) => !name.startsWith('pack'))
    await expect(open(all as unknown[]).runs.of({ jobId, runId, receivedAt })).resolves.toBeUndefined()
  })

  test('is none where the one before has not failed, or is another function’s', async () => {
    const others = [
      { ...run, status: 'COMPLETED' },
      { ...run, function: { id: 'other' } },
      { ...run, app: { id: 'other' } },
    ]
    for (const other of others) {
      await expect(open(withoutUndo, other).runs.of({ jobId, runId, receivedAt })).resolves.toBeUndefined()
    }
  })

  test('is looked for where nobody knows when the event came', async () => {
    const { runs } = open(withoutUndo)
    await expect(runs.of({ jobId, runId, receivedAt: undefined })).resolves.toMatchObject({ origin: run.id })
  })
})
