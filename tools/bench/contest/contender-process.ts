import type { ContenderModule, ContenderOptions } from 'bench-peers/contender'

// The process of one contender. It runs a round for each number of jobs that it receives.
const [module = '', options = ''] = process.argv.slice(2)
const report = (message: object): void => void process.send?.(message)
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

try {
  const { open } = (await import(module)) as ContenderModule
  const contender = await open(JSON.parse(options) as ContenderOptions)
  process.on('message', (jobs: number) => {
    if (jobs === 0) {
      void contender.close().finally(() => process.exit())
      return
    }
    globalThis.gc?.() // so that garbage of the previous round does not slow this one
    contender.run(jobs).then(
      (durationMs) => report({ durationMs, details: contender.details?.() }),
      (error: unknown) => report({ problem: messageOf(error) }),
    )
  })
  report({ ready: true })
} catch (error) {
  report({ problem: messageOf(error) })
  process.disconnect()
}
