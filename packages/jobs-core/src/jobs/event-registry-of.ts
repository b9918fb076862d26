import { type EventRegistry, processEvents } from '../events/event-registry.ts'
import { processState } from '../runtime/process-state.ts'

// Looked up once, because each attempt finds the events of its definition.
let shared: WeakMap<object, EventRegistry> | undefined

function registries(): WeakMap<object, EventRegistry> {
  shared ??= processState('definitionEvents', () => new WeakMap())
  return shared
}

/** Returns the events that a definition knows: those of its `createJobs`, otherwise those of the process. */
export function eventRegistryOf(definition: object): EventRegistry {
  return registries().get(definition) ?? processEvents()
}

/** Records the events that a definition knows. */
export function setEventRegistry(definition: object, events: EventRegistry): void {
  registries().set(definition, events)
}
