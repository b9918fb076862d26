import { InvalidOptionError } from '@cgk-platform/jobs-core/errors'

interface Catalog {
  getTask(id: string): unknown
}

/** The key under which all copies of the SDK in the process share their state. */
const sdkState = Symbol.for('dev.trigger.ts.api')

/**
 * Checks that the SDK has registered tasks. It silently ignores tasks that are created in the wrong place.
 *
 * @throws {InvalidOptionError} if a task is not registered.
 */
export function checkRegistered(taskIds: readonly string[]): void {
  const { [sdkState]: state } = globalThis as { [sdkState]?: { 'resource-catalog'?: Catalog } }
  const catalog = state?.['resource-catalog']
  if (catalog && taskIds.every((id) => catalog.getTask(id) !== undefined)) return
  throw new InvalidOptionError({
    option: 'createTriggerTasks',
    problem: catalog
      ? 'was called where Trigger.dev does not register tasks, so no job would run'
      : 'was called outside a Trigger.dev worker, and only a worker runs tasks',
    remedy:
      'Call it at the top level of a file in one of the `dirs` of `trigger.config.ts`, not in a callback. ' +
      'Do not import that file, neither from `trigger.config.ts` nor from the app that sends.',
  })
}
