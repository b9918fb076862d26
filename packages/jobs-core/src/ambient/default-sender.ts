import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { processState } from '../runtime/process-state.ts'
import type { JobSender } from '../sends/job-sender.ts'
import { scopedClient } from './async-context.ts'
import { routerLinkOf } from './router-link.ts'
import { sharedSenders } from './shared-senders.ts'

/**
 * Returns the client for code that has none: of the engine that runs the present handler, or the router that this
 * client belongs to. Elsewhere the process's default client, created on first use.
 *
 * @throws {ProviderNotChosenError} if the environment does not choose an engine.
 */
export function defaultSender(): JobSender {
  const scoped = scopedClient()
  return scoped ? withRouter(scoped) : processSender()
}

/**
 * Returns the client for sends of these events. In a handler, that of its engine, if it knows them. Otherwise the client
 * that owns them, or the default client.
 */
export function senderFor(events: object): JobSender {
  const scoped = scopedClient()
  const { eventsOf, owners } = links()
  const known = scoped && eventsOf.get(scoped)
  if (scoped && (known === undefined || known === events)) return withRouter(scoped)
  return owners.get(events) ?? processSender()
}

/** Records the events that a client knows. @param isOwner - whether they belong to the client */
export function linkToEvents(client: JobSender, events: object, isOwner = false): void {
  const { eventsOf, owners } = links()
  eventsOf.set(client, events)
  if (isOwner) owners.set(events, client)
}

interface EventLinks {
  readonly eventsOf: WeakMap<JobSender, object>
  readonly owners: WeakMap<object, JobSender>
}

function links(): EventLinks {
  return processState('eventLinks', () => ({ eventsOf: new WeakMap(), owners: new WeakMap() }))
}

function withRouter(client: JobSender): JobSender {
  return routerLinkOf(client)?.router ?? client
}

function processSender(): JobSender {
  const shared = sharedSenders()
  shared.autoStarted = undefined // a call uses it from now on
  if (!shared.client) {
    if (!shared.createDefault) {
      throw new InvalidOptionError({
        option: 'client',
        problem: 'is not set, and `@cgk-platform/jobs-core` has no engine',
        remedy: 'Import from `@cgk-platform/jobs` or from a provider package, or call `setJobClient(client)`.',
      })
    }
    shared.client = shared.createDefault()
  }
  return shared.client
}
