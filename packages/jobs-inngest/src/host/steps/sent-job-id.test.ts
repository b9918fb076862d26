import { expect, test } from 'vitest'

import { isEventId, timeOfId } from '../../wire/event-id.ts'
import { sentJobId } from './sent-job-id.ts'

const runId = '01M89NS53P41QNS08H5VWD7NCR'

test('the id of what a step sends is an id of Inngest, of the time of its run, and the same each time', () => {
  const id = sentJobId(`${runId}/tell`)
  expect(isEventId(id)).toBe(true)
  expect(timeOfId(id)).toBe(timeOfId(runId))
  expect(sentJobId(`${runId}/tell`)).toBe(id)
})

test('another step, and the same of another run, send another job', () => {
  const ids = [`${runId}/tell`, `${runId}/tell#2`, '01M89NS4WG6G8H65WJD6QKMDS3/tell'].map(sentJobId)
  expect(new Set(ids).size).toBe(3)
})
