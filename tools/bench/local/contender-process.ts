import type { ContenderModule, Place } from 'bench-peers/contender'

// The process of one contender: it opens it and makes a round whenever it is told a number of jobs.
const [module = '', place = ''] = process.argv.slice(2)
const tell = (message: object): void => void process.send?.(message)
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

try {
  const { open } = (await import(module)) as ContenderModule
  const contender = await open(JSON.parse(place) as Place)
  process.on('message', (jobs: number) => {
    if (jobs === 0) {
      void contender.close().finally(() => process.exit())
      return
    }
    globalThis.gc?.() // what the round before left is not charged to this one
    contender.run(jobs).then(
      (durationMs) => tell({ durationMs }),
      (error: unknown) => tell({ problem: words(error) }),
    )
  })
  tell({ ready: true })
} catch (error) {
  tell({ problem: words(error) })
  process.disconnect()
}
