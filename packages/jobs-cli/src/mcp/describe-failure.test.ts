import { JobNotFoundError, RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { expect, onTestFinished, test, vi } from 'vitest'

import { describeFailure } from './describe-failure.ts'

const failure = new RequestFailedError({
  provider: 'inngest',
  operation: 'read the job of_globex',
  problem: 'status 500',
  remedy: 'Try again.',
})

test('an error of the engine, which can name jobs of others, goes to stderr if the tools see one tenant', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  onTestFinished(() => write.mockRestore())
  expect(describeFailure(failure, { tenantId: 'acme' })).toEqual({
    message: 'The engine did not answer, or refused. The error is on stderr of the server.',
    code: 'request_failed',
  })
  expect(write).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('of_globex'))
  expect(describeFailure(failure, { tenantId: undefined }).message).toContain('of_globex')
  expect(write).toHaveBeenCalledOnce()
})

test('an error about the call itself stays', () => {
  const unknown = new JobNotFoundError({ jobId: 'a', provider: 'local' })
  expect(describeFailure(unknown, { tenantId: 'acme' })).toEqual({
    message: 'No job has this id. The engine may have removed it.',
    code: 'job_not_found',
  })
})
