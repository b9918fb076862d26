import type { DefinitionJson } from '../../../src/api-types.ts'
import { formatTime } from '../time/format-time.ts'
import { Time } from '../time/time.tsx'

/** Says that a definition is disabled or paused, or has missed ticks. */
export function DefinitionTags({ definition: { enabled, paused, pausedSince, cron } }: { definition: DefinitionJson }) {
  const missed = cron?.missedTicks ?? []
  return (
    <>
      {!enabled && <span class="tag">disabled</span>}
      {paused && (
        <span class="tag" data-tone="amber">
          paused {pausedSince && <Time at={pausedSince} />}
        </span>
      )}
      {missed.length > 0 && (
        <span class="tag" data-tone="red" title={missed.map((tick) => formatTime(tick, 'minute')).join(', ')}>
          {missed.length === 1 ? '1 missed tick' : `${missed.length} missed ticks`}, last <Time at={missed.at(-1)!} />
        </span>
      )}
    </>
  )
}
