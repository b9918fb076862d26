import type { CountsJson, DefinitionJson } from '../../../src/api-types.ts'
import { useQuery } from '../api/use-query.ts'
import { hrefTo } from '../app/router.ts'
import { seesAll, tenantUrl, whyUnsupported } from '../app/session.ts'

const limitNames = ['concurrency', 'throttle', 'debounce', 'batch', 'priority']
const refreshMs = 10_000

/** The limits of the definitions, and how many of their jobs run now. */
export function LimitsTable() {
  const canCount = whyUnsupported('inspect.countJobs: exact') === undefined
  const definitions = useQuery<readonly DefinitionJson[]>(seesAll.value ? tenantUrl('definitions') : undefined).data
  const running = useQuery<CountsJson>(
    seesAll.value && canCount ? tenantUrl('counts', { state: 'running', by: 'definition' }) : undefined,
    { refreshMs, keeps: true },
  ).data
  const limited = definitions?.flatMap(({ id, options }) => {
    const limits = Object.entries(options).filter(([name]) => limitNames.some((known) => name.startsWith(known)))
    return limits.length > 0 ? [{ id, limits }] : []
  })
  if (!limited || limited.length === 0) return null
  const counts = new Map(running?.groups.map(({ key, count }) => [key, count]))
  return (
    <section class="card">
      <header>
        <h2>Limits in use</h2>
      </header>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Limits in use">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Definition</th>
              <th scope="col">Limits</th>
              {canCount && (
                <th scope="col" class="number">
                  Running now
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {limited.map(({ id, limits }) => (
              <tr key={id}>
                <th scope="row">
                  <a class="text-link" href={hrefTo('/jobs', { definition: id, state: 'running' })}>
                    {id}
                  </a>
                </th>
                <td class="wrap">
                  {limits.map(([name, value]) => (
                    <span key={name} class="limit">
                      <span class="muted">{name}</span> {value}
                    </span>
                  ))}
                </td>
                {canCount && <td class="number">{running ? (counts.get(id) ?? 0) : '–'}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
