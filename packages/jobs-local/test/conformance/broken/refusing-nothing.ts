import { type JobClient, JobsError } from '@cgk-platform/jobs-core'

/** A client that takes whatever it is told, and says that all went well. */
export function refusingNothing(client: JobClient): JobClient {
  const well = (error: unknown): unknown => {
    if (!JobsError.isInstance(error)) throw error
    return { id: 'taken', jobs: [], ok: true }
  }
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: readonly unknown[]): unknown => {
        try {
          const answer: unknown = Reflect.apply(member, target, args)
          return answer instanceof Promise ? answer.catch(well) : answer
        } catch (error) {
          return well(error)
        }
      }
    },
  })
}
