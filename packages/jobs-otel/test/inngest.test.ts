import { expect, test } from 'vitest'

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

/** An attempt that continues a trace links to the span of the SDK in which it runs. */
function withLinksToSdk(tree: readonly string[]): string[] {
  return tree.map((line) => (/^ +process /.test(line) ? line.replace('<- ', '<- inngest.execution, ') : line))
}

/** The API with which a run is retried carries no data. */
function withoutLinkToRetry(tree: readonly string[]): string[] {
  return tree.map((line) => line.replace('retry shop.ordered, ', ''))
}

describeTrees({
  name: 'Inngest',
  open: ({ id, options }) => openInngest({ jobs: shop, options, isBeforeTick: id === 'ticks' }),
  omitted: { batch: 'Inngest has no batch handlers' },
  trees: {
    failed: withoutLinkToRetry(treeOf('failed')),
    workflow: withOneMoreReplay(treeOf('workflow')),
    nested: withLinksToSdk(treeOf('nested')),
    resumesNested: withLinksToSdk(withOneMoreReplay(treeOf('resumesNested'))),
  },
})

test('sends and cancels have the address of the server', async () => {
  const { client, spans, close } = await openInngest({ jobs: shop })
  const { id } = await client.sendJob('shop.paid', { tenantId: 'acme', orderId: 'order_1' }, { delay: '1h' })
  await client.cancelJob(id)
  await close()
  const addresses = spans().map(({ name, attributes }) => [name, attributes['server.address']])
  expect(addresses).toEqual([
    ['send shop.paid', '127.0.0.1'],
    ['cancel shop.paid', '127.0.0.1'],
  ])
})
