import type { DefinitionJson } from '../../../src/api-types.ts'
import { Fact } from '../job/fact.tsx'
import { Time } from '../time/time.tsx'
import { describeSchedule } from './describe-schedule.ts'

/** The event or the schedule of a definition, and its options. */
export function DefinitionFacts({ definition }: { definition: DefinitionJson }) {
  const { event, enabled, cron, maxAttempts, options } = definition
  return (
    <dl class="card facts">
      {cron ? (
        <>
          <Fact name="Schedule">
            {describeSchedule(cron.schedule)} <code>{cron.schedule}</code> <span class="muted">{cron.timezone}</span>
          </Fact>
          {enabled && (
            <Fact name="Next ticks">
              {cron.nextTicks.map((tick) => (
                <span key={tick} class="listed">
                  <Time at={tick} detail="minute" />
                </span>
              ))}
            </Fact>
          )}
        </>
      ) : (
        <Fact name="Event">
          <code>{event}</code>
        </Fact>
      )}
      <Fact name="Attempts">{maxAttempts}</Fact>
      {Object.entries(options).map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
    </dl>
  )
}
