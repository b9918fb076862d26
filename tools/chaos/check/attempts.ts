import type { JobStatus, RunStatus } from '@cgk-platform/jobs'

import { type AttemptEntry, type Finding, kindOfItem, type Story } from './story.ts'
import type { Cause, Trouble } from './troubles.ts'

const rule = 'an attempt is made again only where its worker was in trouble'

/** How long it took until another worker had what one had left. */
interface Takeover {
  readonly durationMs: number
  readonly run: string
}

/** Attempts that no script demands, by what explains them. */
export interface Duplicates {
  readonly findings: readonly Finding[]
  readonly explained: ReadonlyMap<Cause, number>
  /** From a kill to the next attempt at the most, and from the beginning of a pause likewise. */
  readonly longest: { readonly killed: Takeover; readonly paused: Takeover }
}

/** Looks for what explains each attempt after which another one was made though its script demands none. */
export function checkAttempts(story: Story): Duplicates {
  const findings: Finding[] = []
  const explained = new Map<Cause, number>()
  const none: Takeover = { durationMs: 0, run: 'none' }
  const longest = { killed: none, paused: none }
  for (const job of story.jobs) {
    for (const run of job.runs) {
      const entries = story.byRun.get(run.id) ?? []
      findings.push(...begunTwice(run, job.id, entries))
      for (let attempt = 1; attempt < run.attempts; attempt++) {
        if (isDemanded(story, entries, attempt)) continue
        const trouble = troubleOf(story, job, entries, attempt)
        if (!trouble) {
          const says = `attempt ${attempt} of ${run.attempts} of run ${run.id} is followed by another, and nothing explains that`
          findings.push({ rule, job: job.id, item: story.itemOf.get(job.id), says })
          continue
        }
        explained.set(trouble.cause, (explained.get(trouble.cause) ?? 0) + 1)
        const next = firstOf(entries, attempt + 1)
        if (!next || trouble.process === undefined) continue
        const takeover = { durationMs: next.at - trouble.from, run: run.id }
        const which = trouble.cause === 'its worker was killed' ? 'killed' : 'paused'
        if (takeover.durationMs > longest[which].durationMs) longest[which] = takeover
      }
    }
  }
  return { findings, explained, longest }
}

/** A workflow goes on in the attempt that it had begun; a handler is called once in each. */
function begunTwice({ id, definitionId }: RunStatus, job: string, entries: readonly AttemptEntry[]): Finding[] {
  if (definitionId === 'flow') return []
  const begun = entries.filter(({ what }) => what === 'began').map(({ attempt }) => attempt)
  const again = begun.filter((attempt, index) => begun.indexOf(attempt) < index)
  return [...new Set(again)].map((attempt) => ({ rule, job, says: `attempt ${attempt} of run ${id} was begun twice` }))
}

/** True where the attempt failed as its script says, so that another one had to follow. */
function isDemanded(story: Story, entries: readonly AttemptEntry[], attempt: number): boolean {
  const kind = kindOfItem(story, entries[0]?.item)
  if (kind !== 'retried' && kind !== 'given up') return false
  return entries.some((entry) => entry.attempt === attempt && entry.what === 'ended' && entry.how === 'threw')
}

function troubleOf(
  { troubles, wallAheadMs }: Story,
  { createdAt }: JobStatus,
  entries: readonly AttemptEntry[],
  attempt: number,
): Trouble | undefined {
  const its = entries.filter((entry) => entry.attempt === attempt)
  const nextAt = firstOf(entries, attempt + 1)?.at ?? Number.POSITIVE_INFINITY
  const from = firstOf(entries, attempt - 1)?.at ?? createdAt.getTime() - wallAheadMs
  // A worker that was paused may write down late what it had begun before.
  const meanwhile = { from, to: Math.max(nextAt, its[0]?.at ?? 0) }
  // Of several that a workflow has gone on with, the last one left it.
  for (const process of new Set(its.map(({ by }) => by).toReversed())) {
    const trouble = troubles.find(process, meanwhile)
    if (trouble) return trouble
  }
  const left = { from: its.at(-1)?.at ?? from, to: nextAt }
  return troubles.findKill(left) ?? (its.length === 0 ? troubles.findPause(left) : undefined)
}

function firstOf(entries: readonly AttemptEntry[], attempt: number): AttemptEntry | undefined {
  return entries.find((entry) => entry.attempt === attempt)
}
