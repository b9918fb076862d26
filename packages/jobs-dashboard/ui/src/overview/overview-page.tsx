import type { StatsJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo, navigate, query } from '../app/router.ts'
import { seesAll, tenant, tenantUrl } from '../app/session.ts'
import { Failure } from '../parts/failure.tsx'
import { Icon } from '../parts/icon.tsx'
import { formatTime } from '../time/format-time.ts'
import { BacklogTiles } from './backlog-tiles.tsx'
import { GroupTable } from './group-table.tsx'
import { OldestWaiting, Slowest } from './notable-jobs.tsx'
import { Notices } from './notices.tsx'
import { RecentFailures } from './recent-failures.tsx'
import { ThroughputChart } from './throughput-chart.tsx'

const ranges = {
  '1h': { label: '1 hour', phrase: 'in the last hour', ms: 3_600_000, intervals: 60 },
  '24h': { label: '24 hours', phrase: 'in the last 24 hours', ms: 86_400_000, intervals: 48 },
  '7d': { label: '7 days', phrase: 'in the last 7 days', ms: 7 * 86_400_000, intervals: 56 },
} as const
type RangeName = keyof typeof ranges

const refreshMs = 10_000

/** Throughput, failures and backlog. */
export function OverviewPage() {
  const asked = query.value.get('range') ?? ''
  const name = (Object.hasOwn(ranges, asked) ? asked : '1h') as RangeName
  const range = ranges[name]
  const { data: stats, error } = useQuery<StatsJson>(tenantUrl('overview', { intervals: String(range.intervals) }), {
    refreshMs,
    keeps: true,
    complete: (url) => `${url}&since=${encodeURIComponent(new Date(Date.now() - range.ms).toISOString())}`,
  })
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        {tenant.value !== undefined && <span class="tag clip">{tenant.value}</span>}
        <span class="spacer" />
        <div class="segments" role="group" aria-label="Time range">
          {Object.entries(ranges).map(([key, { label }]) => (
            <button
              key={key}
              type="button"
              aria-pressed={key === name}
              onClick={() => navigate(hrefTo('/', { range: key === '1h' ? undefined : key }), { replace: true })}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
      {error ? (
        <Failure error={error} />
      ) : (
        <>
          <Notices />
          <BacklogTiles stats={stats} rangePhrase={range.phrase} within={name} />
          <ThroughputChart data={stats} />
          {stats && !stats.isComplete && (
            <p class="notice" data-tone="amber">
              <Icon name="info" />
              <span>
                The engine has too many jobs to read, so these figures count the newest ones only
                {stats.searchedTo && `: those sent since ${formatTime(stats.searchedTo)}`}. Older jobs can have runs
                that ended in this time.
              </span>
            </p>
          )}
          <div class="columns">
            <RecentFailures stats={stats} within={name} />
            <div class="column">
              <OldestWaiting stats={stats} />
              <Slowest stats={stats} />
            </div>
          </div>
          <GroupTable kind="definition" stats={stats} within={name} />
          {seesAll.value && tenant.value === undefined && <GroupTable kind="tenant" stats={stats} within={name} />}
        </>
      )}
    </>
  )
}
