import type { StatsJson } from '../../../src/api-types.ts'
import { hrefTo } from '../app/router.ts'
import { formatNumber } from '../parts/format-count.ts'
import { SkeletonRows } from '../parts/skeleton.tsx'
import { formatDuration } from '../time/format-duration.ts'

type Group = StatsJson['definitions'][number]

const titles = { definition: 'By definition', tenant: 'By tenant' }
const names = { definition: 'Definition', tenant: 'Tenant' }
const columns = 8

interface GroupTableProps {
  readonly kind: 'definition' | 'tenant'
  readonly stats: StatsJson | undefined
  /** The time range, as the list of jobs names it. */
  readonly within: string
}

/** The figures of the runs of each definition or tenant. */
export function GroupTable({ kind, stats, within }: GroupTableProps) {
  const groups = stats?.[kind === 'definition' ? 'definitions' : 'tenants']
  return (
    <section class="card">
      <header>
        <h2>{titles[kind]}</h2>
      </header>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={titles[kind]}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{names[kind]}</th>
              <th scope="col" class="share-column">
                Results
              </th>
              <NumberHead>Failed</NumberHead>
              <NumberHead>Jobs</NumberHead>
              <NumberHead>Runs</NumberHead>
              <NumberHead>Open</NumberHead>
              <NumberHead>Median</NumberHead>
              <NumberHead>p95</NumberHead>
            </tr>
          </thead>
          <tbody>
            {groups ? (
              groups.map((group) => <Row key={group.key} kind={kind} group={group} within={within} />)
            ) : (
              <SkeletonRows rows={4} columns={columns} />
            )}
          </tbody>
        </table>
      </div>
      {groups?.length === 0 && (
        <p class="muted quiet">
          {stats?.isComplete ? 'No runs in this time.' : 'No runs among the jobs that were read.'}
        </p>
      )}
    </section>
  )
}

function Row({ kind, group, within }: { kind: 'definition' | 'tenant'; group: Group; within: string }) {
  const { key, jobs, runs, completed, failed, open, medianMs, p95Ms } = group
  const share = Math.round((failed / Math.max(1, completed + failed)) * 100)
  return (
    <tr>
      <th scope="row" title={key}>
        <a
          class="text-link"
          href={kind === 'tenant' ? hrefTo('/', { tenant: key }) : hrefTo('/definition', { id: key })}
        >
          {key}
        </a>
      </th>
      <td class="share-column">
        <Share completed={completed} failed={failed} open={open} />
      </td>
      <td class="number">
        {failed > 0 ? (
          <a
            class="text-link"
            href={hrefTo('/jobs', {
              [kind]: key,
              state: 'failed',
              within,
              by: 'end',
            })}
          >
            {formatNumber(failed)} ({share > 0 ? share : '<1'}%)
          </a>
        ) : (
          '0'
        )}
      </td>
      <td class="number">{formatNumber(jobs)}</td>
      <td class="number">{formatNumber(runs)}</td>
      <td class="number">{formatNumber(open)}</td>
      <td class="number">{medianMs === undefined ? '–' : formatDuration(medianMs)}</td>
      <td class="number">{p95Ms === undefined ? '–' : formatDuration(p95Ms)}</td>
    </tr>
  )
}

/** The shares of completed, failed and open jobs. The numbers beside it say the same. */
function Share({ completed, failed, open }: { completed: number; failed: number; open: number }) {
  const total = Math.max(1, completed + failed + open)
  return (
    <svg class="share" viewBox={`0 0 ${total} 1`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="rest" x="0" y="0" width={total} height="1" />
      <rect class="completed" x="0" y="0" width={completed} height="1" />
      <rect class="failed" x={completed} y="0" width={failed} height="1" />
    </svg>
  )
}

function NumberHead({ children }: { children: string }) {
  return (
    <th scope="col" class="number">
      {children}
    </th>
  )
}
