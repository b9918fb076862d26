import { expect, test } from 'vitest'

import { isEventId, timeOfId } from '../../wire/event-id.ts'
import { sentJobId } from './sent-job-id.ts'

const runId = '01M89NS53P41QNS08H5VWD7NCR'

test('derives an id of Inngest with the time of the run, always the same', () => {
  const id = sentJobId(`${runId}/tell`)
  expect(isEventId(id)).toBe(true)
  expect(timeOfId(id)).toBe(timeOfId(runId))
  expect(sentJobId(`${runId}/tell`)).toBe(id)
})

test('derives other ids for another step and for another run', () => {
  const ids = [`${runId}/tell`, `${runId}/tell#2`, '01M89NS4WG6G8H65WJD6QKMDS3/tell'].map(sentJobId)
  expect(new Set(ids).size).toBe(3)
})
