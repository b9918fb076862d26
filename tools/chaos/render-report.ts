import type { ChaosReport } from './chaos.ts'
import type { Finding, Of } from './check/story.ts'
import type { Entry } from './line.ts'

/** How many findings are told with their lines, and how many lines of each. */
const toldFindings = 8
const toldLines = 30

/** The figures of a run. */
export function renderFigures({ plan, verdict, canFill, tookMs }: ChaosReport): string[] {
  const { story, duplicates, repeatedSteps, cronTicks, mostPerTenant } = verdict
  const { entries, wanted, sent, refused, jobs } = story
  const count = (what: Entry['what']): number => entries.filter((entry) => entry.what === what).length
  const inState = (state: string): number => jobs.filter((job) => job.state === state).length
  const longest = (what: 'paused' | 'disk was full' | 'stalled'): string => {
    const spans = entries.filter((entry): entry is Of<typeof what> => entry.what === what)
    return `longest ${seconds(Math.max(0, ...spans.map(({ at, since }) => at - since)))}`
  }
  const kinds = groupBy([...wanted.values()], ({ kind }) => kind)
  const attempts = entries.filter(({ what }) => what === 'began').length
  const explained = [...duplicates.explained]
  const total = explained.reduce((sum, [, times]) => sum + times, 0)
  const { killed, paused } = duplicates.longest
  const rows: [what: string, figure: string | number, detail?: string][] = [
    [
      'seed',
      plan.seed,
      `${plan.durationMs / 1000} s, then ${seconds(tookMs - plan.durationMs)} until nothing was open`,
    ],
    ['sends', wanted.size, [...kinds].map(([kind, its]) => `${its.length} ${kind}`).join(', ')],
    [
      '  acknowledged',
      sent.size,
      `${[...sent.values()].filter(({ deduplicated }) => deduplicated).length} by a taken key`,
    ],
    ['  refused', refused.size, 'full disk, and roll-backs by the app'],
    ['  never answered', wanted.size - sent.size - refused.size, 'their sender died'],
    ['jobs in the file', jobs.length, `${(jobs.length / (tookMs / 1000)).toFixed(0)} jobs/s`],
    ['  completed', inState('completed')],
    ['  failed as scripted', inState('failed')],
    ['  cancelled', inState('cancelled'), `${count('cancelled')} cancels answered`],
    ['attempts', attempts],
    ['processes', count('up'), 'that came up'],
    ['kills', count('killed')],
    ['pauses', count('paused'), longest('paused')],
    [
      'full disks',
      count('disk was full'),
      canFill ? longest('disk was full') : 'LEFT OUT: this user may mount no disk',
    ],
    ['stalls of a worker', count('stalled'), `no processor, or paused; ${longest('stalled')}`],
    ['duplicates, explained', total],
    ...explained.map(([cause, times]): [string, number] => [`  ${cause}`, times]),
    ['duplicates, unexplained', duplicates.findings.length],
    ['steps made again', repeatedSteps, 'under way in a crash'],
    ['cron ticks', cronTicks],
    ['most runs of a tenant', mostPerTenant],
    ['longest takeover', seconds(killed.durationMs), `after a kill, of run ${killed.run}`],
    ['', seconds(paused.durationMs), `after the beginning of a pause or stall, of run ${paused.run}`],
  ]
  return rows.map(([what, figure, detail = '']) =>
    `${what.padEnd(30)} ${String(figure).padStart(10)}   ${detail}`.trimEnd(),
  )
}

/** What is wrong, with the lines of the ledger that tell of it. */
export function renderFindings({ plan, verdict, folder }: ChaosReport, plant: string | undefined): string[] {
  const { findings, story } = verdict
  if (findings.length === 0) return ['', 'Nothing is lost, and every duplicate is explained.']
  const byRule = groupBy(findings, ({ rule }) => rule)
  const again = `./dev chaos --minutes ${plan.durationMs / 60_000} --seed ${plan.seed}${plant === undefined ? '' : ` --plant ${plant}`}`
  return [
    '',
    `FAILED: ${findings.length} findings. The same plan again: ${again}`,
    `The jobs' file and the ledgers are kept in ${folder}`,
    ...[...byRule].map(([rule, its]) => `  ${rule}: ${its.length} times not`),
    ...[...byRule.values()]
      .flatMap((its) => its.slice(0, 3))
      .slice(0, toldFindings)
      .flatMap((one) => tell(one, story.entries)),
  ]
}

function tell({ rule, says, job, item }: Finding, entries: readonly Entry[]): string[] {
  const its = entries.filter(
    (entry) =>
      (job !== undefined && 'job' in entry && entry.job === job) ||
      (item !== undefined && 'item' in entry && entry.item === item),
  )
  const processes = new Set(its.map(({ by }) => by))
  const around = entries.filter(
    (entry) =>
      ('process' in entry && processes.has(entry.process)) ||
      (entry.what === 'stalled' && processes.has(entry.by)) ||
      entry.what === 'disk was full',
  )
  const lines = [...its, ...around].toSorted((one, other) => one.at - other.at)
  return [
    '',
    `${rule}:`,
    `  ${[job, item].filter(Boolean).join(' ')} ${says}`,
    ...lines.slice(0, toldLines).map(toText),
  ]
}

function groupBy<Key, One>(all: readonly One[], keyOf: (one: One) => Key): Map<Key, One[]> {
  const groups = new Map<Key, One[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function toText({ at, by, what, ...rest }: Entry): string {
  return `    ${(at / 1000).toFixed(3)} ${by.padEnd(9)} ${what} ${JSON.stringify(rest)}`
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}
