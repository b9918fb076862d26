import type { ChaosReport } from './chaos.ts'
import type { Finding, EntryOf } from './check/indexed-evidence.ts'
import type { LedgerEntry } from './ledger-entry.ts'

/** Number of findings that are shown with their ledger entries, and number of entries for each. */
const shownFindings = 8
const shownEntries = 30

/** Renders the figures of a chaos run. */
export function renderFigures({ plan, verdict, tookMs }: ChaosReport): string[] {
  const { evidence, duplicates, repeatedSteps, cronTicks, maxPerTenant, maxPerStore, ...more } = verdict
  const { entries, intended, sent, failedSends, jobs } = evidence
  const count = (type: LedgerEntry['type']): number => entries.filter((entry) => entry.type === type).length
  const inState = (state: string): number => jobs.filter((job) => job.state === state).length
  const longest = (type: 'paused' | 'disk was full' | 'stalled'): string => {
    const spans = entries.filter((entry): entry is EntryOf<typeof type> => entry.type === type)
    return longestOf(spans)
  }
  const serverFaults = groupBy(
    entries.filter((entry): entry is EntryOf<'server fault'> => entry.type === 'server fault'),
    ({ fault }) => fault,
  )
  const skipped = groupBy(
    entries.filter((entry): entry is EntryOf<'skipped'> => entry.type === 'skipped'),
    ({ fault }) => fault,
  )
  const kinds = groupBy([...intended.values()], ({ kind }) => kind)
  const attempts = entries.filter(({ type }) => type === 'started').length
  const explained = [...duplicates.explained]
  const total = explained.reduce((sum, [, times]) => sum + times, 0)
  const { killed, paused } = duplicates.longest
  const rows: Row[] = [
    ['seed', plan.seed, `${plan.durationMs / 1000} s, then ${seconds(tookMs - plan.durationMs)} until no job was open`],
    ['sends', intended.size, [...kinds].map(([kind, its]) => `${its.length} ${kind}`).join(', ')],
    [
      '  acknowledged',
      sent.size,
      `${[...sent.values()].filter(({ deduplicated }) => deduplicated).length} deduplicated by their key`,
    ],
    ['  failed', failedSends.size, 'fault of the store, or rolled back by the app'],
    ['  without a result', intended.size - sent.size - failedSends.size, 'sender killed'],
    ['jobs in the store', jobs.length, `${(jobs.length / (tookMs / 1000)).toFixed(0)} jobs/s`],
    ['  completed', inState('completed')],
    ['  failed', inState('failed'), 'as scripted'],
    ['  cancelled', inState('cancelled'), `${count('cancelled')} cancel requests completed`],
    ['attempts', attempts],
    ['processes started', count('up')],
    ['kills', count('killed')],
    ['workers ended by poison jobs', count('dying')],
    ['pauses', count('paused'), longest('paused')],
    ...(plan.engine === 'local' ? [['full disks', count('disk was full'), longest('disk was full')] as const] : []),
    ...[...serverFaults].map(([fault, its]): Row => [`server faults: ${fault}`, its.length, longestOf(its)]),
    ...[...skipped].map(([fault, its]): Row => [`SKIPPED: ${fault}`, its.length, its[0]!.reason]),
    ['worker stalls', count('stalled'), `no CPU time, or paused; ${longest('stalled')}`],
    [
      'leases lost',
      evidence.faults.all.filter(({ cause }) => cause === 'its worker could not renew its lease').length,
      'by workers without CPU time or the store, paused or killed',
    ],
    ['repeated attempts, explained', total],
    ...explained.map(([cause, times]): [string, number] => [`  ${cause}`, times]),
    ['repeated attempts, unexplained', duplicates.findings.length],
    ['repeated steps', repeatedSteps, 'running during a crash'],
    ['cron ticks', cronTicks],
    ['max. concurrent runs per tenant', maxPerTenant],
    ['max. concurrent runs per store', maxPerStore],
    ['pauses of the limited jobs', count('limited jobs were paused')],
    ['pauses of many tenants', count('tenants were paused')],
    ['workflows cancelled', more.cancelledFlows.cancelled, `${more.cancelledFlows.compensated} compensated`],
    ['max. starts before a turn', more.maxStartsBefore, 'of a tenant with many jobs, while one with one job waited'],
    ['max. retries before a job', more.maxRetriesBefore, 'of a run, while a newer job waited'],
    ['costliest transaction', more.maxExcess, 'statements and rows beyond those for the rows that it changed'],
    ['longest takeover', seconds(killed.durationMs), `after a kill (run ${killed.run})`],
    ['', seconds(paused.durationMs), `after the start of a pause or stall (run ${paused.run})`],
  ]
  for (const [error, times] of evidence.storeErrors ?? []) rows.push(["in the server's log", times, error])
  return rows.map(([label, figure, detail = '']) =>
    `${label.padEnd(32)} ${String(figure).padStart(10)}   ${detail}`.trimEnd(),
  )
}

type Row = readonly [label: string, figure: string | number, detail?: string]

function longestOf(spans: readonly { readonly at: number; readonly since: number }[]): string {
  return `longest ${seconds(Math.max(0, ...spans.map(({ at, since }) => at - since)))}`
}

/** Renders the findings, each with the ledger entries of its job and processes. */
export function renderFindings({ plan, verdict, folder }: ChaosReport, bug: string | undefined): string[] {
  const { findings, evidence } = verdict
  if (findings.length === 0) return ['', 'No job was lost, and every repeated attempt is explained.']
  const byRule = groupBy(findings, ({ rule }) => rule)
  const command = `./dev chaos --engine ${plan.engine} --minutes ${plan.durationMs / 60_000} --seed ${plan.seed}${bug === undefined ? '' : ` --plant ${bug}`}`
  return [
    '',
    `FAILED: ${findings.length} findings. Repeat this plan: ${command}`,
    `Files of the store and ledgers: ${folder}`,
    ...[...byRule].map(([rule, its]) => `  ${rule}: violated ${its.length} times`),
    ...[...byRule.values()]
      .flatMap((its) => its.slice(0, 3))
      .slice(0, shownFindings)
      .flatMap((one) => renderFinding(one, evidence.entries)),
  ]
}

function renderFinding({ rule, message, job, item }: Finding, entries: readonly LedgerEntry[]): string[] {
  const its = entries.filter(
    (entry) =>
      (job !== undefined && 'job' in entry && entry.job === job) ||
      (item !== undefined && 'item' in entry && entry.item === item),
  )
  const processes = new Set(its.map(({ by }) => by))
  const around = entries.filter(
    (entry) =>
      ('process' in entry && processes.has(entry.process)) ||
      (entry.type === 'stalled' && processes.has(entry.by)) ||
      entry.type === 'disk was full' ||
      entry.type === 'server fault',
  )
  const lines = [...its, ...around].toSorted((one, other) => one.at - other.at)
  return [
    '',
    `${rule}:`,
    `  ${[job, item].filter(Boolean).join(' ')} ${message}`,
    ...lines.slice(0, shownEntries).map(toText),
  ]
}

function groupBy<Key, One>(all: readonly One[], keyOf: (one: One) => Key): Map<Key, One[]> {
  const groups = new Map<Key, One[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function toText({ at, by, type, ...rest }: LedgerEntry): string {
  return `    ${(at / 1000).toFixed(3)} ${by.padEnd(9)} ${type} ${JSON.stringify(rest)}`
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}
