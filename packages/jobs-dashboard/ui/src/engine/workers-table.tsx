import type { WorkerJson } from '../../../src/api-types.ts'
import { Time } from '../time/time.tsx'

const shownDefinitions = 4

/** The processes that run jobs. */
export function WorkersTable({ workers }: { workers: readonly WorkerJson[] }) {
  return (
    <section class="card">
      <header>
        <h2>Workers</h2>
        <span class="muted">{workers.length}</span>
      </header>
      {workers.length === 0 ? (
        <p class="muted quiet">
          No process runs jobs. Call <code>client.start()</code> in one.
        </p>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Workers">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Worker</th>
                <th scope="col" class="number">
                  Running
                </th>
                <th scope="col">Since</th>
                <th scope="col">Last seen</th>
                <th scope="col">Definitions</th>
              </tr>
            </thead>
            <tbody>
              {workers.map(({ id, isThisProcess, running, since, lastSeenAt, definitionIds }) => (
                <tr key={id}>
                  <th scope="row">
                    <span class="mono">{id}</span> {isThisProcess && <span class="tag">this process</span>}
                  </th>
                  <td class="number">{running}</td>
                  <td class="nowrap">{since ? <Time at={since} /> : '–'}</td>
                  <td class="nowrap">{lastSeenAt ? <Time at={lastSeenAt} /> : '–'}</td>
                  <td class="wrap muted">
                    {definitionIds.slice(0, shownDefinitions).join(', ')}
                    {definitionIds.length > shownDefinitions && ` and ${definitionIds.length - shownDefinitions} more`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
