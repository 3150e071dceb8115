/** Parts of a path by name, as fastify found them. */
export const textsOf = (params: unknown): ReadonlyMap<string, string> =>
  new Map(Object.entries(params ?? {}).filter((one): one is [string, string] => typeof one[1] === 'string'));
