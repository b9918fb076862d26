import { join } from 'node:path'

import { createGateway } from '../src/gateway.ts'
import { createJournal } from '../src/journal.ts'

// Charges 25 orders at the gateway of a folder, and prints each result.
const gateway = createGateway(createJournal(join(process.argv[2]!, 'gateway.jsonl')))
for (let order = 1; order <= 25; order++) {
  const charge = gateway.charge({ idempotencyKey: `order-${order}`, amount: 1065 })
  console.log(
    await charge.then(
      ({ id }) => id,
      () => 'declined',
    ),
  )
}
