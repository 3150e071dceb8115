import { readFile } from 'node:fs/promises';
import { isNativeError } from 'node:util/types';
import { FetchError } from './failure.ts';
import { type Plan, planSchema } from './plan.ts';
import type { Surroundings } from './surroundings.ts';

/** The plan out of a file, or out of the variable where none is named. */
export async function readPlan(path: string | undefined, environment: Surroundings['environment']): Promise<Plan> {
  const name = path ?? 'FETCH_PLAN';
  const text = path === undefined ? environment['FETCH_PLAN'] : await readPlanFile(path);
  if (text === undefined) throw new FetchError('PlanInvalid', 'plan: got none, needed FETCH_PLAN or --plan FILE');
  const plan = planSchema.safeParse(parseJson(text, name));
  if (plan.success) return plan.data;
  const [issue] = plan.error.issues;
  throw new FetchError(
    'PlanInvalid',
    `${name}: ${issue?.path.join('.')}: ${issue?.message}; use the operator of the same version`,
  );
}

async function readPlanFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw isNativeError(error) ? new FetchError('PlanInvalid', `plan: cannot read ${path}`, { cause: error }) : error;
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FetchError('PlanInvalid', `${name}: got no JSON, allowed a plan`, { cause: error });
  }
}
