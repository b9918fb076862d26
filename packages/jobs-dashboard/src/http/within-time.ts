import { Refusal } from './refusal.ts'

/** Time for a read. The page then shows what it has, and tries again. */
const maxReadMs = 30_000

/** Awaits an answer of the engine for a limited time. @throws {Refusal} after it */
export async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const refusal = new Refusal(504, 'engine_slow', `The engine has not answered for ${maxReadMs / 1000} seconds.`)
    timer = setTimeout(() => reject(refusal), maxReadMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
