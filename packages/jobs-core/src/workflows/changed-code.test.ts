import { beforeEach, describe, expect, test } from 'vitest'

import {
  completedStep,
  createWorkflowKit,
  type OrderSteps,
  orderWorkflow,
  type WorkflowKit,
} from '../../test/kit/workflow-kit.ts'
import { orderEnvelope } from '../../test/kit/attempt-kit.ts'
import { createRecordedStepEngine } from './recorded-step-engine.ts'

let kit: WorkflowKit
let done: string[]
beforeEach(() => {
  kit = createWorkflowKit()
  done = []
})

const note = (what: string) => () => void done.push(what)
const day = 86_400_000

/** Code whose steps note their ids, one after another. */
const inOrder =
  (...ids: string[]): OrderSteps =>
  async (step) => {
    for (const id of ids) await step.run(id, note(id), { compensate: note(`release ${id}`) })
  }

/** Runs code until its sleep `nap`, which is the last step that it calls. */
async function runUntilNap(...ids: string[]): Promise<void> {
  const outcome = await kit.replay(
    orderWorkflow(async (step, ...rest) => {
      await inOrder(...ids)(step, ...rest)
      await step.sleep('nap', '1d')
    }),
  )
  expect(outcome.type).toBe('suspended')
  done = []
}

/** Runs code to its end. Advances time while a replay waits for steps that the code no longer calls. */
async function runChanged(workflow: ReturnType<typeof orderWorkflow>): Promise<unknown> {
  let isOver = false
  const outcome = kit.runToEnd(workflow).finally(() => (isOver = true))
  while (!isOver) await kit.clock.advance(50)
  return outcome
}

/** Replays code once. Advances time while the replay waits for steps that the code no longer calls. */
async function replayChanged(workflow: ReturnType<typeof orderWorkflow>): Promise<unknown> {
  let isOver = false
  const outcome = kit.replay(workflow).finally(() => (isOver = true))
  while (!isOver) await kit.clock.advance(50)
  return outcome
}

/** Code after a deploy: it calls these steps, and sleeps where `nap` is. */
const deployed = (...ids: string[]) =>
  orderWorkflow(async (step) => {
    for (const id of ids) await (id === 'nap' ? step.sleep('nap', '1d') : step.run(id, note(id)))
  })

const parkedWith = (message: RegExp) => ({
  parked: { error: { code: 'workflow_changed', message: expect.stringMatching(message) as string } },
})

describe('a run that began with another version', () => {
  const workflow = (version?: string) =>
    orderWorkflow(inOrder('reserve', 'charge'), { version, onFailure: note('onFailure'), retry: { maxAttempts: 1 } })

  test.each<[began: string | null, now: string | undefined, words: RegExp]>([
    ['1', '2', /began with version `1`, and the code has version `2`/],
    ['1', undefined, /began with version `1`, and the code has no version/],
    [null, '2', /began with no version, and the code has version `2`/],
  ])('waits, and tells both: %s and %s', async (began, now, words) => {
    kit.record = {
      ...kit.record,
      version: began,
      steps: [completedStep('reserve', 1, { compensable: true })],
      ended: 1,
    }
    expect(await kit.replay(workflow(now))).toEqual({ type: 'suspended', wakeAt: kit.clock.now() + 1000 })
    expect(kit.record).toMatchObject(parkedWith(words))
    expect(kit.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
    expect(done).toEqual([])
  })

  test('fails after `parkTimeout`, is not compensated, and calls `onFailure`', async () => {
    kit.record = { ...kit.record, version: '1', steps: [completedStep('reserve', 1, { compensable: true })], ended: 1 }
    const from = kit.clock.now()
    const outcome = await kit.runToEnd(workflow('2'))
    const message = expect.stringMatching(/began with version `1`.* has waited .* not compensated/) as string
    expect(outcome).toMatchObject({ type: 'failed', error: { code: 'workflow_changed', message } })
    expect([kit.clock.now() - from, kit.record.parked]).toEqual([7 * day, undefined])
    expect(done).toEqual(['onFailure'])
  })

  test('calls the `onFailure` of its version when it fails, if the code has that version', async () => {
    kit.record = { ...kit.record, version: '1', steps: [completedStep('a', 1), completedStep('b', 2)], ended: 2 }
    const steps = (_event: unknown, step: { run(id: string, work: () => void): Promise<unknown> }) =>
      step.run('renamed', note('never'))
    const previous = [{ version: '1', steps, onFailure: note('onFailure of 1') }]
    const now = orderWorkflow(note('never'), { version: '2', previous, onFailure: note('onFailure of 2') })
    expect(await runChanged(now)).toMatchObject({ type: 'failed', error: { code: 'workflow_changed' } })
    expect(done).toEqual(['onFailure of 1'])
  })

  test('continues where its version is defined, also as an earlier one', async () => {
    kit.record = { ...kit.record, version: '1', steps: [completedStep('reserve', 1)], ended: 1 }
    await kit.replay(workflow('2'))
    const previous = [
      { version: '0', steps: note('never') },
      { version: '1', steps: note('code of 1') },
    ]
    expect(await kit.replay(orderWorkflow(note('code of 3'), { version: '3', previous }))).toMatchObject({
      type: 'completed',
    })
    expect([done, kit.record.parked]).toEqual([['code of 1'], undefined])
  })

  test('is not looked at more than a few hundred times in seven days', async () => {
    kit.record = { ...kit.record, version: '1' }
    let looks = 0
    for (let outcome = await kit.replay(workflow('2')); outcome.type === 'suspended'; looks++) {
      await kit.clock.advance(outcome.wakeAt! - kit.clock.now())
      outcome = await kit.replay(workflow('2'))
    }
    expect(looks).toBeLessThan(250)
  })

  test('also waits with its compensation, which is that of its own code', async () => {
    kit.record = {
      ...kit.record,
      version: '1',
      steps: [completedStep('reserve', 1, { compensable: true })],
      ended: 1,
      failure: { name: 'Error', message: 'Broke.' },
    }
    expect(await kit.replay(workflow('2'))).toMatchObject({ type: 'suspended' })
    expect(done).toEqual([])
    const previous = [{ version: '1', steps: releasing('reserve'), onFailure: note('onFailure of 1') }]
    await kit.runToEnd(orderWorkflow(note('code of 2'), { version: '2', previous, onFailure: note('onFailure of 2') }))
    expect(done).toEqual(['release reserve', 'onFailure of 1'])
  })

  const releasing =
    (id: string) =>
    async (_event: unknown, step: Parameters<OrderSteps>[0]): Promise<void> =>
      step.run(id, note(id), { compensate: note(`release ${id}`) })
})

describe('a payload that is no longer valid', () => {
  const unfit = orderEnvelope({ payload: { tenantId: 'acme', orderId: 5 } })

  test('parks a run with steps, and does not keep a run without any from failing', async () => {
    const steps = [completedStep('reserve', 1)]
    const replayUnfit = () => kit.replay(orderWorkflow(inOrder('reserve', 'charge')), {}, unfit)
    expect(await replayUnfit()).toMatchObject({ type: 'failed', error: { code: 'payload_invalid' } })
    kit.record = { ...kit.record, steps, ended: 1 }
    expect(await replayUnfit()).toMatchObject({ type: 'suspended' })
    expect(kit.record).toMatchObject(parkedWith(/payload that is no longer valid \(.*orderId/s))
    expect(done).toEqual([])
  })
})

describe('a step that is another kind of step now', () => {
  test('parks the run, once steps that run beside it have ended', async () => {
    await runUntilNap('reserve')
    const workflow = orderWorkflow((step) =>
      Promise.all([step.run('charge', note('charge')), step.sleep('reserve', 1)]),
    )
    expect(await kit.replay(workflow)).toMatchObject({ type: 'suspended' })
    expect(kit.record).toMatchObject(parkedWith(/`reserve` was `step.run` and is now `step.sleep`/))
    expect(kit.step('charge')).toMatchObject({ state: 'completed' })
  })
})

describe('steps that are added, moved or removed', () => {
  test.each<[change: string, ids: string[], ran: string[]]>([
    ['added where the run has not been', ['one', 'two', 'three', 'nap', 'new'], ['new']],
    ['added in front of the last ended step', ['one', 'two', 'new', 'three', 'nap'], ['new']],
    ['moved', ['three', 'one', 'nap', 'two'], []],
    ['removed', ['one', 'three', 'nap'], []],
    ['removed, with another one after it', ['one', 'two', 'nap', 'new'], ['new']],
  ])('are allowed: %s', async (_change, ids, ran) => {
    await runUntilNap('one', 'two', 'three')
    await kit.clock.advance(day)
    expect(await runChanged(deployed(...ids))).toMatchObject({ type: 'completed' })
    expect(done).toEqual(ran)
  })

  test.each<[change: string, ids: string[], words: RegExp]>([
    ['a step has a new id', ['one', 'second', 'three', 'nap'], /`second` where `two` and 1 more/],
    ['a new step is in front of several', ['new', 'one', 'two', 'three', 'nap'], /`new` where `one` and 2 more/],
  ])('park the run if steps would run again: %s', async (_change, ids, words) => {
    await runUntilNap('one', 'two', 'three')
    expect(await replayChanged(deployed(...ids))).toMatchObject({ type: 'suspended' })
    expect(kit.record).toMatchObject(parkedWith(words))
    expect(done).toEqual([])
    expect(await kit.runToEnd(deployed('one', 'two', 'three', 'nap'))).toMatchObject({ type: 'completed' })
  })

  test('start beside the steps that ended before a crash, although its record was lost', async () => {
    kit = createWorkflowKit({ steps: [completedStep('pack', 1), completedStep('ship', 2)], ended: 2 })
    const workflow = orderWorkflow((step) => Promise.all(['mail', 'pack', 'ship'].map((id) => step.run(id, note(id)))))
    expect(await kit.replay(workflow)).toMatchObject({ type: 'completed' })
    expect(done).toEqual(['mail'])
  })
})

describe('`step.patched`', () => {
  const patched = (...before: string[]) =>
    orderWorkflow(async (step) => {
      for (const id of before) await step.run(id, note(id))
      const isPatched = await step.patched('fraud-check')
      if (isPatched) await step.run('check', note('check'))
      await step.run('charge', note('charge'))
      await step.sleep('nap', '1d')
      return [isPatched, await step.patched('fraud-check')]
    })

  test('is true for a new run, also after its replays', async () => {
    expect(await kit.runToEnd(patched('reserve'))).toEqual({ type: 'completed', output: [true, true] })
    expect(done).toEqual(['reserve', 'check', 'charge'])
  })

  test('is true for a run that has not passed its place', async () => {
    kit = createWorkflowKit({ steps: [completedStep('reserve', 1)], ended: 1 })
    expect(await kit.runToEnd(patched('reserve'))).toMatchObject({ output: [true, true] })
    expect(done).toEqual(['check', 'charge'])
  })

  test('is false for a run that had passed its place, whose step after it had ended or waits', async () => {
    await runUntilNap('charge')
    await kit.clock.advance(day)
    expect(await runChanged(patched())).toMatchObject({ output: [false, false] })
    expect(done).toEqual([])
    expect(kit.record.steps.filter(({ kind }) => kind === 'patched')).toHaveLength(1)
  })

  test('is false in the compensation of a run that had passed its place', async () => {
    kit = createWorkflowKit({
      steps: [completedStep('reserve', 1, { compensable: true })],
      ended: 1,
      failure: { name: 'Error', message: 'Broke.' },
    })
    const workflow = orderWorkflow(async (step) => {
      if (await step.patched('fraud-check')) await step.run('check', note('check'))
      await step.run('reserve', note('reserve'), { compensate: note('release') })
    })
    expect(await kit.runToEnd(workflow)).toMatchObject({ type: 'failed' })
    expect(done).toEqual(['release'])
  })

  test('waits for the calls beside it before it answers', async () => {
    kit = createWorkflowKit({ steps: [completedStep('charge', 1)], ended: 1 })
    const workflow = orderWorkflow((step) => Promise.all([step.patched('mails'), step.run('charge', note('charge'))]))
    expect(await kit.runToEnd(workflow)).toMatchObject({ output: [true, null] })
  })
})

describe('parallel branches', () => {
  type Branch = (step: Parameters<OrderSteps>[0]) => Promise<unknown>
  /** A branch of steps. `nap` and `doze` sleep, `?` asks whether the run is patched, and runs `check` if it is. */
  const branch =
    (...ids: string[]): Branch =>
    async (step) => {
      for (const id of ids) {
        if (id === 'nap') await step.sleep('nap', '1h')
        else if (id === 'doze') await step.sleep('doze', '1d')
        else if (id.startsWith('fetch'))
          await new Promise((resolve) => void kit.clock.setTimer(Number(id.slice(5)), () => resolve(0)))
        else if (!id.startsWith('?')) await step.run(id, note(id))
        else if (await step.patched(id)) await step.run(`check${id}`, note('check'))
      }
    }
  const parallel = (...branches: Branch[]) => orderWorkflow((step) => Promise.all(branches.map((one) => one(step))))
  const answers = () => kit.record.steps.flatMap(({ kind, key, output }) => (kind === 'patched' ? [[key, output]] : []))
  const before = async (...branches: Branch[]): Promise<void> => {
    await kit.replay(parallel(...branches))
    done = []
  }
  const undecided = parkedWith(/nothing tells .*`step\.patched\('\?.*before parallel/)

  test('`step.patched` is false in a branch that has passed it, although another branch has gone on since', async () => {
    await before(branch('a1', 'a2', 'nap'), branch('b1', 'b2', 'doze'))
    await kit.clock.advance(day)
    expect(await runChanged(parallel(branch('a1', '?', 'a2', 'nap'), branch('b1', 'b2', 'doze')))).toMatchObject({
      type: 'completed',
    })
    expect([answers(), done]).toEqual([[['?', false]], []])
  })

  test('`step.patched` is true in a branch that comes to it, although another branch had gone on', async () => {
    await before(branch('nap', 'a2'), branch('b1', 'b2', 'doze', 'b3'))
    await kit.clock.advance(day)
    await runChanged(parallel(branch('nap', '?', 'a2'), branch('b1', 'b2', 'doze', 'b3')))
    expect([answers(), done.toSorted()]).toEqual([[['?', true]], ['a2', 'b3', 'check']])
  })

  test('a run is parked if several branches wait for an answer, of which some may have passed its place', async () => {
    await before(branch('nap', 'a2'), branch('b1', 'b2', 'doze'))
    await kit.clock.advance(3_600_000)
    const changed = parallel(branch('nap', '?a', 'a2'), branch('b1', '?b', 'b2', 'doze'))
    expect(await replayChanged(changed)).toMatchObject({ type: 'suspended' })
    expect(kit.record).toMatchObject(undecided)
    expect(done).toEqual([])
  })

  test('a run is parked if a branch does not continue with a step of an earlier replay; the remedy decides', async () => {
    await before(branch('nap', 'a2'), branch('b1', 'gone', 'doze'))
    await kit.clock.advance(3_600_000)
    expect(await replayChanged(parallel(branch('nap', '?', 'a2'), branch('b1', 'doze')))).toMatchObject({
      type: 'suspended',
    })
    expect(kit.record).toMatchObject(undecided)
    expect([answers(), done]).toEqual([[], []])
    const remedy = orderWorkflow(async (step) => {
      const isPatched = await step.patched('?')
      await Promise.all([branch('nap', ...(isPatched ? ['check'] : []), 'a2')(step), branch('b1', 'doze')(step)])
    })
    await kit.clock.advance(day)
    expect(await runChanged(remedy)).toMatchObject({ type: 'completed' })
    expect([answers(), done]).toEqual([[['?', false]], ['a2']])
  })

  test('a run is parked if code ends with an answer that nothing has confirmed', async () => {
    await before(branch('nap'), branch('b1', 'gone'))
    await kit.clock.advance(3_600_000)
    expect(await replayChanged(parallel(branch('nap', '?'), branch('b1')))).toMatchObject({ type: 'suspended' })
    expect(kit.record).toMatchObject(undecided)
  })

  test('a step with a new id does not run again, although another branch has gone on since', async () => {
    await before(branch('a1', 'a2', 'a3', 'nap'), branch('b1', 'b2', 'b3', 'b4', 'doze'))
    expect(
      await replayChanged(parallel(branch('a1', 'second', 'a3', 'nap'), branch('b1', 'b2', 'b3', 'b4', 'doze'))),
    ).toMatchObject({ type: 'suspended' })
    expect(kit.record).toMatchObject(parkedWith(/calls the new step `second` where `a2` and 1 more/))
    expect(done).toEqual([])
  })

  test.each([5, 900])(
    'a new step runs beside a branch that awaits something else than a step for %i ms',
    async (ms) => {
      await before(branch('a1', 'a2', 'nap'))
      await kit.clock.advance(day)
      await runChanged(parallel(branch('new'), branch(`fetch${ms}`, 'a1', 'a2', 'nap')))
      expect([done, kit.record.parked]).toEqual([['new'], undefined])
      expect(kit.lines.filter(({ level }) => level === 'warn')).toEqual([])
    },
  )
})

describe('the record of a new step that had to wait is where the code calls it', () => {
  const keysOf = () => kit.record.steps.map(({ key }) => key)
  const warnings = () => kit.lines.filter(({ level }) => level === 'warn')
  const threeEnded = (): void => {
    kit = createWorkflowKit({ steps: ['a', 'b', 'c'].map((key, place) => completedStep(key, place + 1)), ended: 3 })
  }

  test('an answer of `step.patched`', async () => {
    threeEnded()
    const workflow = orderWorkflow(async (step) => {
      await step.run('a', note('a'))
      await step.patched('mails')
      await step.run('b', note('b'))
      await step.run('c', note('c'))
    })
    await runChanged(workflow)
    await kit.runToEnd(workflow)
    expect([keysOf(), warnings()]).toEqual([['a', 'mails', 'b', 'c'], []])
  })

  test('a step beside others', async () => {
    threeEnded()
    const workflow = orderWorkflow(async (step) => {
      await step.run('a', note('a'))
      await Promise.all(['new', 'newer', 'b', 'c'].map((id) => step.run(id, note(id))))
    })
    await runChanged(workflow)
    await kit.runToEnd(workflow)
    expect([keysOf(), warnings()]).toEqual([['a', 'new', 'newer', 'b', 'c'], []])
  })
})

test('a run whose record is in memory only is parked as well', async () => {
  const { record } = kit
  const steps = createRecordedStepEngine({ record: { ...record, version: '1' }, save: () => undefined })
  expect(await kit.replay(orderWorkflow(note('code'), { version: '2' }), { steps })).toMatchObject({
    type: 'suspended',
  })
})
