import { AsyncLocalStorage } from 'node:async_hooks'

import { beforeEach, describe, expect, test } from 'vitest'

import { EndOfTurn } from './end-of-turn.ts'

interface Turn {
  readonly promise: Promise<void>
  readonly end: () => void
  readonly fail: (error: unknown) => void
}

function createTurn(): Turn {
  let [end, fail]: [() => void, (error: unknown) => void] = [() => undefined, () => undefined]
  const promise = new Promise<void>((resolve, reject) => ([end, fail] = [resolve, reject]))
  return { promise, end, fail }
}

describe('EndOfTurn', () => {
  let turn = createTurn()
  let calls: unknown[] = []
  const waiter = (name: string) => ({ turnEnded: (problem?: unknown) => calls.push(problem ?? name) })
  const endOfTurn = new EndOfTurn({ now: () => 0, yield: () => turn.promise })
  beforeEach(() => {
    turn = createTurn()
    calls = []
  })

  test('calls those that wait for one turn in their order', async () => {
    for (const name of ['one', 'two', 'three']) endOfTurn.add(waiter(name))
    await Promise.resolve()
    expect(calls).toEqual([])
    turn.end()
    await turn.promise
    expect(calls).toEqual(['one', 'two', 'three'])
  })

  test('calls those that came in a later turn only after that turn', async () => {
    const first = turn
    endOfTurn.add(waiter('early'))
    turn = createTurn()
    endOfTurn.add(waiter('late'))
    first.end()
    await first.promise
    expect(calls).toEqual(['early'])
    turn.end()
    await turn.promise
    expect(calls).toEqual(['early', 'late'])
  })

  test('keeps nobody after the turn', async () => {
    endOfTurn.add(waiter('one'))
    turn.end()
    await turn.promise
    endOfTurn.add(waiter('two'))
    await turn.promise
    expect(calls).toEqual(['one', 'two'])
  })

  test('calls outside the async context of those that wait', async () => {
    const request = new AsyncLocalStorage<string>()
    request.run('acme', () => endOfTurn.add({ turnEnded: () => calls.push(request.getStore()) }))
    turn.end()
    await turn.promise
    expect(calls).toEqual([undefined])
  })

  test('reports that the clock failed', async () => {
    endOfTurn.add(waiter('one'))
    turn.fail('No clock.')
    await turn.promise.catch(() => undefined)
    await Promise.resolve()
    expect(calls).toEqual(['No clock.'])
  })
})
