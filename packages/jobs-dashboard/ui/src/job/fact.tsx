import type { ComponentChildren } from 'preact'

import { Time } from '../time/time.tsx'

/** A fact of a list of facts. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** A time as a fact. Nothing if the engine does not tell it. */
export function TimeFact({ name, at }: { name: string; at: string | undefined }) {
  return at === undefined ? null : (
    <Fact name={name}>
      <Time at={at} both />
    </Fact>
  )
}
