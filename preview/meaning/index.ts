import type { Lens } from '../finding.ts';
import { findRemovals } from './removal.ts';

/** Every way to look at a change of one scope. */
export const lenses: readonly Lens[] = [findRemovals];
