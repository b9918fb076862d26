import { isEnded, type JobState } from '@cgk-platform/jobs'

import type { Kind } from '../line.ts'
import { type Finding, kindOfItem, type Story } from './story.ts'

const rule = 'every job that was acknowledged ends as its script says'

const ends: Readonly<Record<Kind, readonly JobState[]>> = {
  plain: ['completed'],
  retried: ['completed'],
  'given up': ['failed'],
  refusing: ['failed'],
  delayed: ['completed'],
  keyed: ['completed'],
  cancelled: ['completed', 'cancelled'],
  'in a transaction': ['completed'],
  flow: ['completed'],
  'compensated flow': ['failed'],
  cron: ['completed'],
}

/** None is lost, none is stuck, and each is in the state that it must end in. */
export function checkJobsEnded(story: Story): Finding[] {
  const { sent, byId, jobs } = story
  const lost = [...sent.values()]
    .filter(({ job }) => !byId.has(job))
    .map(({ job, item }) => ({ rule, job, item, says: 'was acknowledged, and the file does not have it' }))
  const wrong = jobs.flatMap(({ id: job, state, event }) => {
    const item = story.itemOf.get(job)
    if (!isEnded(state)) return { rule, job, item, says: `is still \`${state}\`` }
    const kind = event.startsWith('cron/') ? 'cron' : (kindOfItem(story, item) ?? 'plain')
    if (ends[kind].includes(state)) return []
    return { rule, job, item, says: `is \`${state}\`, and a job that is ${kind} ends as ${ends[kind].join(' or ')}` }
  })
  return [...lost, ...wrong]
}
