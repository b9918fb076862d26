import { defineWorkflow, type EventMessage, type Steps, type WorkflowDefinition } from '@cgk-platform/jobs-core'

import './work.ts'

/** One day in milliseconds. */
export const dayMs = 86_400_000

type Code = (event: EventMessage<'work.asked'>, step: Steps<'work.asked'>) => Promise<string>
/** The part of a workflow that a deploy changes. */
export type Deploy = Pick<Parameters<typeof defineWorkflow<'work.asked'>>[0], 'version' | 'previous' | 'steps'>

/** A run: when it begins, after the start of the month, and how long its two sleeps are, all in milliseconds. */
export interface Order {
  readonly atMs: number
  readonly naps: readonly [number, number]
}

/** Five deploys of one workflow over a month, and a sixth that returns the code of a run that is still open. */
export interface MonthOfDeploys {
  /** The deploys, by the day at whose start they happen. */
  readonly deploys: readonly (readonly [day: number, deploy: Deploy])[]
  /** The steps that each run has done, in order, by the id of its job. */
  readonly done: ReadonlyMap<string, readonly string[]>
  /** The errors with which runs failed. */
  readonly failures: readonly Error[]
  /** Defines the workflow `order` with the code of a deploy. Send it `work.asked` with the sleeps of an order as `data`. */
  define(deploy: Deploy): WorkflowDefinition<'work.asked'>
}

/** Creates the deploys, whose runs have done nothing yet. */
export function createMonthOfDeploys(): MonthOfDeploys {
  const done = new Map<string, string[]>()
  const failures: Error[] = []
  const note = (event: EventMessage, what: string) => (): void => {
    done.set(event.id, [...(done.get(event.id) ?? []), what])
  }
  const napsOf = (event: EventMessage<'work.asked'>) => event.payload.data as Order['naps']
  const version1 =
    ({ checksFraud }: { readonly checksFraud: boolean }): Code =>
    async (event, step) => {
      const [packMs, deliverMs] = napsOf(event)
      await step.run('reserve', note(event, 'reserve'), { compensate: note(event, 'compensate') })
      if (checksFraud && (await step.patched('fraud check'))) await step.run('check', note(event, 'check'))
      await step.run('charge', note(event, 'charge'), { compensate: note(event, 'compensate') })
      await step.sleep('pack', packMs)
      await step.run('ship', note(event, 'ship'))
      await step.sleep('deliver', deliverMs)
      await step.run('mail', note(event, 'mail'))
      return '1'
    }
  const version2 =
    ({ labels }: { readonly labels: boolean }): Code =>
    async (event, step) => {
      const [packMs, deliverMs] = napsOf(event)
      await step.run('charge', note(event, 'charge 2'), { compensate: note(event, 'compensate') })
      await step.sleep('ship', packMs)
      if (labels) await step.run('label', note(event, 'label 2'))
      await step.sleep('pack', deliverMs)
      await step.run('mail', note(event, 'mail 2'))
      return '2'
    }
  const version3: Code = async (event, step) => {
    const [packMs] = napsOf(event)
    await step.sleep('charge', packMs)
    await step.run('reserve', note(event, 'reserve 3'), { compensate: note(event, 'compensate') })
    return '3'
  }
  const v1 = { version: '1', steps: version1({ checksFraud: true }) }
  const v2 = { version: '2', steps: version2({ labels: false }) }
  return {
    done,
    failures,
    deploys: [
      [0, { version: '1', steps: version1({ checksFraud: false }) }],
      [6, v1],
      [12, { version: '2', steps: version2({ labels: true }), previous: [v1] }],
      [18, { ...v2, previous: [v1] }],
      [24, { version: '3', steps: version3, previous: [v2] }],
      [28, { version: '3', steps: version3, previous: [v2, v1] }],
    ],
    define: (deploy) =>
      defineWorkflow({
        id: 'order',
        event: 'work.asked',
        ...deploy,
        onFailure: (error) => void failures.push(error),
      }),
  }
}

/** Returns what the code of a version does for an order, once. */
export function workOf(version: string, { atMs, naps }: Order): string[] {
  if (version === '1') return ['reserve', ...(atMs >= 6 * dayMs ? ['check'] : []), 'charge', 'ship', 'mail']
  if (version === '2') return ['charge 2', ...(atMs + naps[0] < 18 * dayMs ? ['label 2'] : []), 'mail 2']
  return ['reserve 3']
}
