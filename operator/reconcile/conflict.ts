import { isConflict } from '../kube/api-error.ts';
import { type Outcome, waiting } from './outcome.ts';

/** After it the cache shows what somebody else wrote. */
export const conflictMs = 500;

/** A pass that meets what somebody else wrote is run again: the cache will soon show it. */
export async function withoutConflict(pass: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await pass();
  } catch (error) {
    if (isConflict(error)) return waiting('Conflict', conflictMs);
    throw error;
  }
}
