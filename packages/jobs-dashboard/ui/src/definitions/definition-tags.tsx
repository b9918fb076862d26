import type { DefinitionJson } from '../../../src/api-types.ts'
import { Time } from '../time/time.tsx'

/** Says that a definition is disabled or paused. */
export function DefinitionTags({ definition: { enabled, paused, pausedSince } }: { definition: DefinitionJson }) {
  return (
    <>
      {!enabled && <span class="tag">disabled</span>}
      {paused && (
        <span class="tag" data-tone="amber">
          paused {pausedSince && <Time at={pausedSince} />}
        </span>
      )}
    </>
  )
}
