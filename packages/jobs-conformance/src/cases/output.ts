import assert from 'node:assert/strict'

import type { Json } from '@cgk-platform/jobs-core/provider'

import { type ConformanceCase, rules } from '../conformance-case.ts'
import type { InvalidOutput } from '../script.ts'
import { stringOfJsonBytes } from '../string-of-json-bytes.ts'
import { casesOf } from '../cases-of.ts'

/** Cases: outputs of handlers are JSON. */
export const outputCases: readonly ConformanceCase[] = casesOf(rules.wire, [
  {
    id: 'output-arrives-as-it-was',
    title: 'the status returns the output unchanged, including `null`, `false`, 0 and the empty string',
    async run(t) {
      const outputs: Json[] = [null, false, 0, '', [], {}, 'text', 1.5, { total: 3, lines: [{ sku: 'ü👋' }, null] }]
      const jobs = await Promise.all(outputs.map((returns) => t.send('conformance.plain', { returns })))
      for (const [index, { id }] of jobs.entries()) {
        const [run] = (await t.waitForEnd(id)).runs
        assert.equal(run?.state, 'completed')
        assert.deepEqual(run.output, outputs[index])
      }
    },
  },
  {
    id: 'no-output-is-no-output',
    title: 'a handler that returns nothing completes without an output',
    async run(t) {
      const { id } = await t.send('conformance.plain', { returnsOdd: 'nothing' })
      const status = await t.waitForEnd(id)
      assert.equal(status.state, 'completed')
      assert.equal(status.runs[0]?.output, undefined)
    },
  },
  {
    id: 'output-with-undefined-items',
    title: 'an item of an array that is `undefined`, or was never set, becomes `null` in an output',
    async run(t) {
      const { id } = await t.send('conformance.plain', { returnsOdd: 'undefinedItems' })
      const [run] = (await t.waitForEnd(id)).runs
      assert.equal(run?.state, 'completed')
      assert.deepEqual(run.output, [1, null, { list: [null], sparse: [null, 1] }])
    },
  },
  {
    id: 'output-that-is-not-json-fails-for-good',
    title: 'an output that JSON cannot represent fails the run without a retry, and the error names its path',
    async run(t) {
      const odd: InvalidOutput[] = ['bigint', 'function', 'cycle', 'class', 'loneSurrogate']
      const jobs = await Promise.all(odd.map((returnsOdd) => t.send('conformance.reporting', { returnsOdd })))
      for (const { id } of jobs) {
        const status = await t.waitForEnd(id)
        assert.equal(status.state, 'failed')
        assert.equal(status.runs[0]?.attempts, 1)
        assert.equal(status.runs[0].error?.code, 'not_serializable')
        assert.ok(status.runs[0].error.message.includes('output.total'))
        assert.equal(t.journal({ jobId: id, kind: 'started' }).length, 1)
        assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
      }
    },
  },
  {
    id: 'largest-output',
    title:
      "an output over the engine's limit fails the run without a retry and reports both sizes; one below arrives complete",
    async run(t) {
      const { maxOutputBytes } = t.capabilities
      const fittingBytes = maxOutputBytes ?? 200 * 1024
      const fitting = await t.send('conformance.plain', { returnsBytes: fittingBytes })
      const [complete] = (await t.waitForEnd(fitting.id)).runs
      assert.equal(complete?.state, 'completed')
      assert.ok(complete.output === stringOfJsonBytes(fittingBytes), 'The output arrived changed.')
      if (maxOutputBytes === undefined) return
      const returnsBytes = maxOutputBytes + 1
      const { id } = await t.send('conformance.reporting', { returnsBytes })
      const [run] = (await t.waitForEnd(id)).runs
      assert.equal(run?.state, 'failed')
      assert.equal(run.attempts, 1)
      assert.equal(run.error?.code, 'output_too_large')
      for (const bytes of [returnsBytes, maxOutputBytes]) assert.ok(run.error.message.includes(String(bytes)))
      assert.equal(t.journal({ jobId: id, kind: 'started' }).length, 1)
      assert.equal(t.journal({ jobId: id, kind: 'onFailure' }).length, 1)
    },
  },
  {
    id: 'handler-may-change-its-output',
    title: 'changes that a handler makes to its output after returning it have no effect',
    async run(t) {
      const { id } = await t.send('conformance.plain', { changesOutput: true })
      await t.waitForEnd(id)
      await t.advance(100)
      assert.deepEqual((await t.client.getJobStatus(id)).runs[0]?.output, { done: true })
    },
  },
])
