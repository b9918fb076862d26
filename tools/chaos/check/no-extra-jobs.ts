import { type Finding, type IndexedEvidence } from './indexed-evidence.ts'

const rule = 'the store contains each sent job once, and no others'

/** Checks for extra jobs. A failed or rolled back send must leave no job. A send without a result may have left one. */
export function checkNoExtraJobs(evidence: IndexedEvidence): Finding[] {
  return [
    ...findUnsentJobs(evidence),
    ...findDuplicateJobs(evidence),
    ...findJobsOfFailedSends(evidence),
    ...findUnexpectedFailures(evidence),
    ...findTransactionMismatches(evidence),
  ]
}

function findUnsentJobs({ jobs, itemOf, intended, byRun }: IndexedEvidence): Finding[] {
  const flows = new Set(
    [...byRun.values()].flat().flatMap(({ definition, item }) => (definition === 'flow' ? item : [])),
  )
  const goEvents = jobs.filter(({ event }) => event === 'chaos.go')
  const tooMany =
    goEvents.length > flows.size
      ? [{ rule, message: `${flows.size} workflows sent ${goEvents.length} \`chaos.go\` events` }]
      : []
  const unsent = jobs.filter(({ id, event }) => {
    if (event === 'chaos.go' || event.startsWith('cron/')) return false
    const item = itemOf.get(id)
    return item === undefined || !intended.has(item.replace(/\/part$/, ''))
  })
  return [
    ...tooMany,
    ...unsent.map(({ id }) => ({ rule, job: id, message: 'is in the store, but no process sent it' })),
  ]
}

function findDuplicateJobs({ jobsOf }: IndexedEvidence): Finding[] {
  return [...jobsOf]
    .filter(([item, ids]) => ids.size > 1 && !item.startsWith('tick-'))
    .map(([item, ids]) => ({ rule, item, message: `created ${ids.size} jobs: ${[...ids].join(', ')}` }))
}

function findJobsOfFailedSends({ failedSends, jobsOf }: IndexedEvidence): Finding[] {
  return [...failedSends.values()]
    .filter(({ item, error }) => jobsOf.has(item) && !error.includes('may have been stored'))
    .map(({ item, error }) => ({ rule, item, message: `ran although its send failed (${error})` }))
}

/** The words of errors for which a fault of the server is the reason. */
const serverErrors = /cannot be reached|lost the connection|disk.*full|lacks a table/

/** The words of a send in a transaction of the app of which the app does not know whether it was committed. */
const byTheApp = 'may have been stored by the app'

/** The words of errors of the app's own connection for which a fault of the server is the reason. */
const appErrors =
  /cannot be reached|lost the connection|disk.*full|lacks a table|terminat|ECONN|No space left|starting up|shutting down|recovery|not yet accepting|server login/

/** Finds sends that failed for a reason other than a full disk, a fault of the server or a rollback. */
function findUnexpectedFailures({ failedSends, intended, faults }: IndexedEvidence): Finding[] {
  return [...failedSends.values()]
    .filter(({ item, error, at }) => {
      if (error === 'rolled back') return false
      if (error.includes(byTheApp)) return !appErrors.test(error)
      if (faults.ofServer.length === 0) return !/disk.*full/.test(error)
      const sentAt = intended.get(item)?.at ?? at
      return !serverErrors.test(error) || !faults.ofServer.some(({ from, to }) => from <= at && to >= sentAt)
    })
    .map(({ item, error }) => ({ rule: 'a send fails only while the store has a fault', item, message: error }))
}

/** Finds items of the app whose job is missing, and jobs whose item is missing. */
function findTransactionMismatches({ appItems, jobsOf, intended, byId }: IndexedEvidence): Finding[] {
  const kept = new Set(appItems)
  const hasJob = (item: string): boolean => [...(jobsOf.get(item) ?? [])].some((id) => byId.has(id))
  const transacted = [...intended.values()].filter(({ kind }) => kind === 'in a transaction')
  return transacted
    .filter(({ item }) => kept.has(item) !== hasJob(item))
    .map(({ item }) => {
      const message = kept.has(item)
        ? 'was committed by the app but has no job'
        : 'was not committed by the app but has a job'
      return { rule, item, message }
    })
}
