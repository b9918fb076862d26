import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { drawTrace } from './draw-trace.ts'
import { pictureFile, pictureTitle, spansFile } from './picture-files.ts'
import { recordSpans } from './record-spans.ts'
import type { RecordedSpan } from './recorded-span.ts'
import { traceRows } from './trace-rows.ts'

const committed = JSON.parse(readFileSync(spansFile, 'utf8')) as readonly RecordedSpan[]
const structureOf = (spans: readonly RecordedSpan[]): string[] =>
  traceRows(spans).map(({ span, depth, outcome, note }) => [depth, span.name, outcome, note].join(' | '))

test('the picture in the guide shows the spans that the workflow of the storefront exports', async () => {
  expect(structureOf(await recordSpans())).toEqual(structureOf(committed))
})

test('the picture in the guide is drawn from its spans', () => {
  expect(readFileSync(pictureFile, 'utf8')).toBe(drawTrace(pictureTitle, committed))
})
