import { OriginPools } from './origin-pools.ts';

const pools = new OriginPools(10_000);

/**
 * Hands an event to an address in structured mode, and follows no redirect.
 * @returns status of the answer; rejects when there is none within ten seconds
 */
export async function postEvent(address: string, event: object): Promise<number> {
  const { origin, pathname, search } = new URL(address);
  const { body, statusCode } = await pools.of(origin).request({
    method: 'POST',
    path: `${pathname}${search}`,
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });
  // the connection is free once the answer is read
  await body.dump();
  return statusCode;
}
