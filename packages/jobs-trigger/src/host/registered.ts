import { InvalidOptionError } from '@cgk-platform/jobs-core'

interface Catalogue {
  getTask(id: string): unknown
}

/** Where the SDK keeps, for the whole process and all of its copies, what it was given. */
const shared = Symbol.for('dev.trigger.ts.api')

/**
 * Says when tasks were made where the SDK takes no notice of them, which it does not say.
 *
 * @throws {InvalidOptionError} telling where tasks are to be made.
 */
export function checkRegistered(taskIds: readonly string[]): void {
  const { [shared]: api } = globalThis as { [shared]?: { 'resource-catalog'?: Catalogue } }
  const catalogue = api?.['resource-catalog']
  if (catalogue && taskIds.every((id) => catalogue.getTask(id) !== undefined)) return
  throw new InvalidOptionError({
    option: 'createTriggerTasks',
    problem: catalogue
      ? 'was called where Trigger.dev takes no notice of tasks, so none of the jobs would run'
      : 'was called outside of a Trigger.dev worker, which alone runs tasks',
    remedy:
      'Call it at the top level of a file in one of the `dirs` of `trigger.config.ts`, not in a callback, ' +
      'and import that file from nowhere: not from `trigger.config.ts`, nor from the app that sends.',
  })
}
