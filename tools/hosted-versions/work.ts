// Runs jobs on Inngest until it is killed.
import { openClient } from './open-client.ts'
import { jobs } from './project/jobs.ts'

const client = await openClient(jobs)
await client.start()
process.send!('up')
