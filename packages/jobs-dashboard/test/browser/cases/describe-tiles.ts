import { describe, expect, test } from 'vitest'

import type { Pages } from '../kit/open-pages.ts'

/** Tests that the tiles of the overview lead to the jobs that they count. */
export function describeTiles(pages: Pages): void {
  describe('a tile of the overview leads to the jobs that it counts', () => {
    const tenantId = 'tiles'
    const open = async (state: string) => {
      const page = await pages.open(`/?tenant=${tenantId}`)
      const tile = page.getByRole('group', { name: 'Jobs by state' }).getByRole('link', { name: state })
      await expect.poll(() => tile.locator('.value').textContent()).toBe('1')
      await tile.click()
      await expect.poll(() => page.locator('[data-job]').count()).toBe(1)
      return new URL(page.url()).searchParams
    }

    test('of the time range, if they ended in it', async () => {
      await pages.sent('failed', 'mail.requested', { tenantId, to: 'ada', template: '1' })
      expect((await open('Failed')).toString()).toBe(`state=failed&within=1h&by=end&tenant=${tenantId}`)
    })

    test('of the time range, if the engine counts only these', async () => {
      await pages.sent('scheduled', 'order.paid', { tenantId, orderId: 'order_1' }, { delay: '1h' })
      const { features } = await pages.client().capabilities()
      const within = features['inspect.countJobs: exact'].supported ? null : '1h'
      expect((await open('Scheduled')).get('within')).toBe(within)
    })
  })
}
