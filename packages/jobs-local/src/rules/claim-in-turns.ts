import { compareText } from './text-order.ts'
import type { RunSource } from './run-source.ts'
import { TenantHeads } from './tenant-heads.ts'
import { TenantTurns } from './tenant-turns.ts'
import type { Turns } from './turns.ts'

/** Claims up to `max` runs of sources. Tenants take turns, then the sources of a tenant. */
export function claimInTurns<Run>(
  sources: readonly RunSource<Run>[],
  max: number,
  turns: Turns,
  weights: ReadonlyMap<string, number>,
): Run[] {
  const claimed: Run[] = []
  const heads = new TenantHeads(sources)
  const tenants = new TenantTurns(turns.tenants, weights, (after, isIncluded) => heads.next(after, isIncluded))
  while (claimed.length < max) {
    const dealt = tenants.deal(max - claimed.length)
    if (dealt.length === 0) break
    for (const turn of dealt) {
      const open = heads.sourcesOf(turn.tenant)
      const found = turn.granted > 0 ? claimOf(turn.tenant, open, turn.granted, turns) : []
      claimed.push(...found)
      tenants.end(turn, found.length, open.length > 0 ? 'more' : 'done')
    }
  }
  return claimed
}

/** Claims runs of a tenant, whose definitions take turns. Removes sources of which no other run may begin. */
function claimOf<Run>(tenant: string, sources: RunSource<Run>[], max: number, turns: Turns): Run[] {
  const claimed: Run[] = []
  const name = JSON.stringify(tenant)
  const last = turns.lastOf(name)
  const order = [...sources]
  const takeTurns = order.length > 1
  const first = last === undefined ? -1 : order.findIndex((source) => compareText(source.name, last) > 0)
  if (first > 0) order.push(...order.splice(0, first))
  let served = last
  while (claimed.length < max && order.length > 0) {
    const share = Math.ceil((max - claimed.length) / order.length)
    for (const source of [...order]) {
      const wanted = Math.min(share, max - claimed.length)
      if (wanted === 0) break
      const found = source.claim(tenant, wanted)
      claimed.push(...found)
      if (found.length > 0) served = source.name
      if (found.length === wanted) continue
      order.splice(order.indexOf(source), 1)
      sources.splice(sources.indexOf(source), 1)
    }
  }
  turns.remember(name, takeTurns ? served : undefined)
  return claimed
}
