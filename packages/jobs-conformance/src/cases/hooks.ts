import assert from 'node:assert/strict'

import type { CaseTools } from '../case-tools.ts'
import { throwingHooksMarker } from '../conformance-hooks.ts'
import { lineMarker, secretMarker } from '../conformance-logger.ts'
import { type ConformanceCase, rules } from '../conformance-case.ts'
import { casesOf } from '../cases-of.ts'

function hooksOf(t: CaseTools, jobId: string, hook: string) {
  return t.journal({ jobId, kind: 'hook' }).filter(({ details }) => details['hook'] === hook)
}

/** Cases: hooks and the logger work the same way on every engine. */
export const hookCases: readonly ConformanceCase[] = casesOf(rules.hooks, [
  {
    id: 'hooks-of-attempts',
    title: 'hooks report the start and end of each attempt, and the end of the run once',
    async run(t) {
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error', attempts: 1 } })
      const status = await t.waitForEnd(id)
      await t.waitUntil('`onRunEnd` was called', () => hooksOf(t, id, 'onRunEnd').length > 0)
      const starts = hooksOf(t, id, 'onAttemptStart')
      assert.deepEqual(
        starts.map(({ attempt }) => attempt),
        [1, 2],
      )
      assert.deepEqual(
        hooksOf(t, id, 'onAttemptEnd').map(({ attempt, details }) => [attempt, details['outcome']]),
        [
          [1, 'retry'],
          [2, 'completed'],
        ],
      )
      const ends = hooksOf(t, id, 'onRunEnd')
      assert.deepEqual(
        ends.map(({ attempt, details }) => [attempt, details['outcome']]),
        [[2, 'completed']],
      )
      for (const entry of [...starts, ...ends]) {
        const { definition, runId, maxAttempts, tenantId } = entry
        assert.deepEqual(
          [definition, runId, maxAttempts, tenantId, entry.details['event']],
          ['conformance-fixed', status.runs[0]?.id, 3, t.tenantId, 'conformance.fixed'],
        )
      }
    },
  },
  {
    id: 'traceparent-reaches-the-hooks',
    title: 'a `traceparent` reaches the hooks of its job unchanged, and an invalid one throws',
    async run(t) {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      const { id } = await t.send('conformance.plain', {}, { options: { traceparent } })
      await t.waitForEnd(id)
      assert.equal(hooksOf(t, id, 'onAttemptStart')[0]?.details['traceparent'], traceparent)
      for (const invalid of [
        '',
        'x',
        7,
        `${traceparent}\r\n`,
        `${traceparent.replace('00', 'cc')}-${'x'.repeat(5000)}`,
      ]) {
        const options = { traceparent: invalid }
        await t.expectError('invalid_option', () => t.send('conformance.plain', {}, { options }))
      }
    },
  },
  {
    id: 'hooks-of-sends',
    title: 'a hook reports each send with the id of its job',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const options = { idempotencyKey: t.unique('key') }
      const { id } = await t.send('conformance.nobody', {}, { options })
      await t.send('conformance.nobody', {}, { options })
      const sends = t.journal({ tenantId: t.tenantId, kind: 'hook' })
      assert.deepEqual(
        sends.map(({ jobId, details }) => [jobId, details['hook'], details['event'], details['deduplicated']]),
        [
          [id, 'onSend', 'conformance.nobody', false],
          [id, 'onSend', 'conformance.nobody', true],
        ],
      )
    },
  },
  {
    id: 'hooks-that-throw',
    title: 'a hook that throws or rejects does not affect the job',
    async run(t) {
      const tenantId = t.unique(throwingHooksMarker)
      const { id } = await t.send('conformance.fixed', { failure: { as: 'error', attempts: 1 } }, { tenantId })
      assert.equal((await t.waitForEnd(id)).state, 'completed')
      assert.deepEqual(
        t.journal({ jobId: id, kind: 'started' }).map(({ attempt }) => attempt),
        [1, 2],
      )
    },
  },
  {
    id: 'logger-carries-the-ids',
    title: 'log lines of a handler carry the ids of its job, run, attempt, tenant and definition',
    async run(t) {
      const { id } = await t.send('conformance.plain', { logs: `${lineMarker}: at work` })
      const status = await t.waitForEnd(id)
      const [line] = t.journal({ jobId: id, kind: 'logged' })
      assert.ok(line)
      const { id: runId, definitionId } = status.runs[0]!
      const { runId: loggedRun, attempt, tenantId, definition } = line
      assert.deepEqual([loggedRun, attempt, tenantId, definition], [runId, 1, t.tenantId, definitionId])
      assert.equal(line.details['level'], 'info')
    },
  },
  {
    id: 'payloads-and-keys-are-not-logged',
    title: 'the library never logs a payload or an idempotency key',
    requiredFeatures: ['idempotencyKey'],
    async run(t) {
      const payload = { secret: secretMarker }
      const send = (script: object) =>
        t.send('conformance.reporting', script, { payload, options: { idempotencyKey: t.unique(secretMarker) } })
      const jobs = await Promise.all([
        send({}),
        send({ failure: { as: 'error' }, onFailureThrows: true }),
        send({ returnsOdd: 'bigint' }),
      ])
      for (const { id } of jobs) await t.waitForEnd(id)
      await t.expectError('not_serializable', () =>
        t.send('conformance.plain', {}, { payload: { ...payload, total: 1n } }),
      )
      await t.advance(300)
      assert.deepEqual(t.journal({ kind: 'leaked' }), [])
    },
  },
])
