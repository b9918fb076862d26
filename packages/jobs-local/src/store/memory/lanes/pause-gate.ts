import { Gate, type WaitingLane } from './gate.ts'

/** Where lanes wait while their definition or tenant is paused. */
export class PauseGate<T extends WaitingLane<T>> extends Gate<T> {
  readonly level = 0

  protected override hasRoom(): boolean {
    return false
  }
}
