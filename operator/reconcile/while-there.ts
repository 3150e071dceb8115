import { isConflict, isNotFound } from '../kube/api-error.ts';

/**
 * The answer to a request about an object that may go, or be made anew, at any moment; undefined where it did: of one that
 * names its uid or version the API server then says that it conflicts.
 */
export async function whileThere<Result>(request: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await request();
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return undefined;
    throw error;
  }
}
