/** A MicroTime of meta/v1: the API server takes six digits of the second, no more and no fewer. */
export const toMicroTime = (time: Date): string => time.toISOString().replace('Z', '000Z');
