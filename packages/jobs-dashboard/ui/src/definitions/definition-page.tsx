import type {
  DefinitionJson,
  HistoryJson,
  JobJson,
  JobPageJson,
  SlowestJson,
  StatsJson,
} from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, navigate, query } from '../app/router.ts'
import { seesAll, tenant, tenantUrl, whyUnsupported } from '../app/session.ts'
import { ErrorGroups } from '../errors/error-groups.tsx'
import { WaitNotice } from '../job/wait-notice.tsx'
import { OldestWaiting, Slowest } from '../overview/notable-jobs.tsx'
import { ThroughputChart } from '../overview/throughput-chart.tsx'
import { Failure } from '../parts/failure.tsx'
import { DefinitionActions } from './definition-actions.tsx'
import { DefinitionFacts } from './definition-facts.tsx'
import { DefinitionTags } from './definition-tags.tsx'
import { HistoryCharts } from './history-charts.tsx'

const hourMs = 3_600_000
/** In each, the intervals are whole minutes or hours. */
const ranges = {
  '15m': { label: '15 minutes', ms: hourMs / 4, intervals: 15 },
  '1h': { label: '1 hour', ms: hourMs, intervals: 60 },
  '6h': { label: '6 hours', ms: 6 * hourMs, intervals: 72 },
  '24h': { label: '24 hours', ms: 24 * hourMs, intervals: 24 },
  '7d': { label: '7 days', ms: 7 * 24 * hourMs, intervals: 56 },
  '30d': { label: '30 days', ms: 30 * 24 * hourMs, intervals: 60 },
} as const
type RangeName = keyof typeof ranges

const refreshMs = 10_000
const shownErrors = 10

/** One definition: what its runs did over time, why they wait, its errors and its slowest runs. */
export function DefinitionPage({ id }: { id: string }) {
  const asked = query.value.get('range') ?? ''
  const name = (Object.hasOwn(ranges, asked) ? asked : '1h') as RangeName
  const { ms, intervals } = ranges[name]
  const parameters = { definition: id, intervals: String(intervals) }
  const complete = (url: string) => `${url}&since=${encodeURIComponent(new Date(Date.now() - ms).toISOString())}`
  const options = { refreshMs, keeps: true, complete }
  const definitions = useQuery<readonly DefinitionJson[]>(tenantUrl('definitions'), { refreshMs })
  const hasHistory = seesAll.value && tenant.value === undefined
  const stats = useQuery<StatsJson>(hasHistory ? undefined : tenantUrl('overview', parameters), options)
  const history = useQuery<HistoryJson>(hasHistory ? tenantUrl('history', parameters) : undefined, options)
  const findsOldest = whyUnsupported('inspect.listJobs, oldest first') === undefined
  const waiting = useQuery<JobPageJson>(
    findsOldest ? tenantUrl('jobs', { definition: id, state: 'queued', order: 'oldest', limit: '1' }) : undefined,
    { refreshMs },
  )
  const slowest = useQuery<SlowestJson>(tenantUrl('slowest', { definition: id }), options)
  const oldest = waiting.data?.jobs[0]
  const definition = definitions.data?.find((each) => each.id === id)
  const reload = () => {
    for (const part of [definitions, stats, history, waiting, slowest]) part.reload()
  }
  const error = stats.error ?? history.error ?? slowest.error
  return (
    <>
      <div class="page-head">
        <h1 class="clip">{id}</h1>
        {definition && <span class="tag">{definition.kind}</span>}
        {definition && <DefinitionTags definition={definition} />}
        {tenant.value !== undefined && <span class="tag clip">{tenant.value}</span>}
        <span class="spacer" />
        <a class="button" href={hrefTo('/jobs', { definition: id })}>
          Jobs<span class="visually-hidden"> of {id}</span>
        </a>
        {definition && <DefinitionActions definition={definition} onChanged={reload} />}
      </div>
      <div class="segments" role="group" aria-label="Time range">
        {Object.entries(ranges).map(([key, { label }]) => (
          <button
            key={key}
            type="button"
            aria-pressed={key === name}
            onClick={() =>
              navigate(hrefTo('/definition', { id, range: key === '1h' ? undefined : key }), { replace: true })
            }
          >
            {label}
          </button>
        ))}
      </div>
      {error ? (
        <Failure error={error} />
      ) : (
        <>
          {oldest && <WhyItWaits id={id} job={oldest.id} />}
          {hasHistory ? <HistoryCharts history={history.data} /> : <ThroughputChart data={stats.data} />}
          <div class="columns">
            {findsOldest && (
              <OldestWaiting
                stats={
                  waiting.data && {
                    isComplete: waiting.data.cursor === undefined,
                    ...(oldest && { oldestWaiting: oldest }),
                  }
                }
              />
            )}
            <Slowest stats={slowest.data} />
          </div>
          <h2 class="section-title">Errors</h2>
          <ErrorGroups definition={id} limit={shownErrors} />
          {definition && <DefinitionFacts definition={definition} />}
        </>
      )}
    </>
  )
}

/** Says why the oldest waiting job of a definition waits. @param job - its id */
function WhyItWaits({ id, job }: { id: string; job: string }) {
  const { data } = useQuery<JobJson>(tenantUrl('job', { id: job }), { refreshMs, keeps: true })
  const waiting = data?.runs.find((run) => run.definitionId === id && run.waiting)?.waiting ?? data?.waiting
  return waiting ? <WaitNotice subject="Its oldest waiting job" waiting={waiting} /> : null
}
