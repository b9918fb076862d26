import { isEnded, type JobState } from '@cgk-platform/jobs'

import { type Finding, kindOfItem, type Of, type Story } from './story.ts'

const rule = 'a cancel is final'
/** A handler that was claimed before writes its first line a little later. */
const slackMs = 1500

/** What a cancel has answered stays, nothing begins after it, and nobody is cancelled whom nobody has cancelled. */
export function checkCancels(story: Story): Finding[] {
  const { entries, jobs } = story
  const asked = new Set(entries.filter((entry) => entry.what === 'cancelling').map(({ job }) => job))
  const answered = entries.filter((entry): entry is Of<'cancelled'> => entry.what === 'cancelled')
  const unasked = jobs
    .filter(({ id, state }) => state === 'cancelled' && !asked.has(id))
    .map(({ id }) => ({ rule, job: id, says: 'is cancelled, and nobody has asked for that' }))
  return [...unasked, ...answered.flatMap((answer) => after(answer, story))]
}

function after({ job, state, at }: Of<'cancelled'>, story: Story): Finding[] {
  const item = story.itemOf.get(job)
  const now = story.byId.get(job)?.state
  const findings: Finding[] = []
  if (!isEnded(state as JobState) || now !== state) {
    findings.push({ rule, job, item, says: `was \`${state}\` when its cancel was answered, and is \`${now}\`` })
  }
  const runs = story.byId.get(job)?.runs ?? []
  const late = runs
    .flatMap(({ id }) => story.byRun.get(id) ?? [])
    .find((entry) => entry.what === 'began' && entry.at > at + slackMs)
  if (late && state === 'cancelled' && !story.troubles.find(late.by, { from: at - slackMs, to: late.at })) {
    const says = `attempt ${late.attempt} began ${Math.round(late.at - at)} ms after the cancel was answered`
    findings.push({ rule, job, item, says })
  }
  return kindOfItem(story, item) === 'cancelled'
    ? findings
    : [...findings, { rule, job, item, says: 'is no job to cancel' }]
}
