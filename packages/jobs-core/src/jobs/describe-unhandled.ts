import { didYouMean } from '../options/did-you-mean.ts'
import { eventOf, eventsOf } from './event-of.ts'
import type { JobRegistry } from './job-registry.ts'

/**
 * Returns a warning about an event that no definition handles: usually a module was not imported, or a name is wrong. It
 * names definitions that are disabled, or else a handled event with a similar name.
 *
 * @param elsewhere - the events that other processes handle
 */
export function describeUnhandled(event: string, jobs: JobRegistry, elsewhere: readonly string[] = []): string {
  const handling = jobs.all().filter((definition) => eventsOf(definition).includes(event))
  const disabled = handling.filter(({ enabled }) => !enabled).map(({ id }) => `\`${id}\``)
  const handled = jobs.all().filter(({ kind, enabled }) => kind !== 'cron' && enabled)
  const hint =
    disabled.length > 0
      ? `${disabled.join(', ')} would, with \`enabled: true\`. `
      : didYouMean(event, [...handled.map(eventOf), ...elsewhere])
  return (
    `No job handles \`${event}\`, so its jobs end as \`unhandled\`. ${hint}` +
    'If one should, import the module that defines it, then call `retryJob`.'
  )
}
