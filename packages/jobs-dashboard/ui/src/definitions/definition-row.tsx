import type { DefinitionJson } from '../../../src/api-types.ts'
import { hrefTo } from '../app/router.ts'
import { Time } from '../time/time.tsx'
import { DefinitionActions } from './definition-actions.tsx'
import { DefinitionTags } from './definition-tags.tsx'

/** A definition: when it runs, its options, and its actions. */
export function DefinitionRow({ definition, onChanged }: { definition: DefinitionJson; onChanged: () => void }) {
  const { id, kind, event, enabled, cron, maxAttempts, options } = definition
  const next = enabled ? cron?.nextTicks[0] : undefined
  return (
    <li class="definition">
      <div class="definition-name">
        <a class="text-link strong" href={hrefTo('/definition', { id })}>
          {id}
        </a>
        <span class="tag">{kind}</span>
        <DefinitionTags definition={definition} />
      </div>
      <div class="definition-facts small">
        {cron ? (
          <>
            <span>
              <code>{cron.schedule}</code> <span class="muted">{cron.timezone}</span>
            </span>
            {next !== undefined && (
              <span>
                <span class="muted">next</span> <Time at={next} detail="minute" />
              </span>
            )}
          </>
        ) : (
          <span>
            <span class="muted">on</span> <code>{event}</code>
          </span>
        )}
        <span class="muted">{maxAttempts === 1 ? '1 attempt' : `${maxAttempts} attempts`}</span>
        {Object.entries(options).map(([name, value]) => (
          <span key={name}>
            <span class="muted">{name}</span> {value}
          </span>
        ))}
      </div>
      <DefinitionActions definition={definition} onChanged={onChanged} />
    </li>
  )
}
