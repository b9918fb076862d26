import { describeTrees } from './kit/describe-trees.ts'
import { openInngest } from './kit/open-inngest.ts'
import { shop } from './kit/shop.ts'
import { treeOf } from './kit/tree-cases.ts'

/** Inngest learns that a step failed from the end of a request, so one more replay sees the failure. */
function withOneMoreReplay(tree: readonly string[]): string[] {
  const last = tree.findIndex((line) => line.includes('failed error=CardDeclined'))
  const [replay, ship, ...rest] = tree.slice(last) as [string, string, ...string[]]
  return [...tree.slice(0, last), replay.replace('failed error=CardDeclined', 'suspended'), ship, replay, ...rest]
}

describeTrees({
  name: 'Inngest',
  open: ({ id, options }) => openInngest({ jobs: shop, options, isBeforeTick: id === 'ticks' }),
  omitted: { batch: 'Inngest has no batch handlers' },
  trees: {
    workflow: withOneMoreReplay(treeOf('workflow')),
    resumesNested: withOneMoreReplay(treeOf('resumesNested')),
  },
})
