'use client'

import { type ReactNode, useActionState } from 'react'

import { scenarios } from '../src/scenarios.ts'
import { placeOrder } from './actions.ts'

/** The form that places an order. It already has the order's id. */
export function OrderForm({ orderId }: { orderId: string }): ReactNode {
  const [{ problem }, place, isPlacing] = useActionState(placeOrder, {})
  return (
    <form action={place} className="panel">
      <h2>New order</h2>
      <input type="hidden" name="orderId" value={orderId} />
      <label>
        Customer&rsquo;s email
        <input name="customer" type="email" defaultValue="ada@example.com" required />
      </label>
      <label>
        Amount in pounds
        <input name="pounds" type="number" defaultValue={24} min={1} max={99_999} step={1} required />
      </label>
      <fieldset>
        <legend>Scenario</legend>
        {scenarios.map(({ name, label, hint }, index) => (
          <div key={name} className="choice">
            <label>
              <input
                name="scenario"
                type="radio"
                value={name}
                defaultChecked={index === 0}
                aria-describedby={`${name}-hint`}
              />
              {label}
            </label>
            <small id={`${name}-hint`}>{hint}</small>
          </div>
        ))}
      </fieldset>
      <button type="submit" disabled={isPlacing} className="primary">
        {isPlacing ? 'Placing…' : 'Place order'}
      </button>
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
    </form>
  )
}
