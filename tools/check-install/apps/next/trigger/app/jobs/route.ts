import { createJobClient, defineEvents, eventType } from '@cgk-platform/jobs-trigger'

interface ParcelPacked {
  tenantId: string
  parcelId: string
  grams: number
}

declare module '@cgk-platform/jobs-trigger' {
  interface JobEvents {
    'parcel.packed': ParcelPacked
  }
}

defineEvents({ 'parcel.packed': eventType<ParcelPacked>() })

export async function POST(): Promise<Response> {
  const client = createJobClient({ provider: 'trigger.dev' })
  const job = await client.sendJob('parcel.packed', { tenantId: 'tenant_1', parcelId: 'p1', grams: 1500 })
  const { state, runs } = await client.waitForJob(job.id, { timeout: '1m' })
  await client.close()
  return Response.json([state, runs[0]?.output])
}
