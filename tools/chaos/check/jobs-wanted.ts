import { type Finding, type Story } from './story.ts'

const rule = 'nothing is there but what somebody was about to send, once'

/** A send that was refused, or rolled back, left nothing; one that was not answered may be there, or not. */
export function checkJobsWanted(story: Story): Finding[] {
  return [
    ...unwanted(story),
    ...twice(story),
    ...refusedButThere(story),
    ...refusedForNothing(story),
    ...apartFromTheApp(story),
  ]
}

function unwanted({ jobs, itemOf, wanted, byRun }: Story): Finding[] {
  const flows = new Set(
    [...byRun.values()].flat().flatMap(({ definition, item }) => (definition === 'flow' ? item : [])),
  )
  const goes = jobs.filter(({ event }) => event === 'chaos.go')
  const tooMany = goes.length > flows.size ? [{ rule, says: `${goes.length} events of ${flows.size} workflows` }] : []
  const foreign = jobs.filter(({ id, event }) => {
    if (event === 'chaos.go' || event.startsWith('cron/')) return false
    const item = itemOf.get(id)
    return item === undefined || !wanted.has(item.replace(/\/part$/, ''))
  })
  return [
    ...tooMany,
    ...foreign.map(({ id }) => ({ rule, job: id, says: 'is there, and nobody was about to send it' })),
  ]
}

function twice({ jobsOf }: Story): Finding[] {
  return [...jobsOf]
    .filter(([item, ids]) => ids.size > 1 && !item.startsWith('tick-'))
    .map(([item, ids]) => ({ rule, item, says: `has become ${ids.size} jobs: ${[...ids].join(', ')}` }))
}

function refusedButThere({ refused, jobsOf }: Story): Finding[] {
  return [...refused.values()]
    .filter(({ item }) => jobsOf.has(item))
    .map(({ item, error }) => ({ rule, item, says: `was refused (${error}), and ran all the same` }))
}

/** A send is refused while the disk is full, and takes back what its app takes back. */
function refusedForNothing({ refused }: Story): Finding[] {
  return [...refused.values()]
    .filter(({ error }) => error !== 'rolled back' && !/disk.*full/.test(error))
    .map(({ item, error }) => ({ rule: 'a send is refused only while the disk is full', item, says: error }))
}

/** What the app keeps in its own transactions is there just where their jobs are. */
function apartFromTheApp({ appItems, jobsOf, wanted, byId }: Story): Finding[] {
  const kept = new Set(appItems)
  const isThere = (item: string): boolean => [...(jobsOf.get(item) ?? [])].some((id) => byId.has(id))
  const transacted = [...wanted.values()].filter(({ kind }) => kind === 'in a transaction')
  return transacted
    .filter(({ item }) => kept.has(item) !== isThere(item))
    .map(({ item }) => {
      const says = kept.has(item)
        ? 'was committed by the app, and has no job'
        : 'was not committed by the app, and has a job'
      return { rule, item, says }
    })
}
