import { z } from 'zod';
import { textTable } from './text-table.ts';

const match = z.looseObject({
  headers: z.array(z.looseObject({ name: z.string(), value: z.string() })).default([]),
});

const routes = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.looseObject({
        rules: z
          .array(
            z.looseObject({
              matches: z.array(match).default([]),
              backendRefs: z.array(z.looseObject({ name: z.string(), weight: z.int().default(1) })).default([]),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

const conditionOf = (matches: readonly z.output<typeof match>[]): string => {
  const texts = matches.flatMap(({ headers }) => headers.map(({ name, value }) => `${name}: ${value}`));
  return texts.length === 0 ? 'any' : texts.join(' or ');
};

/** Which header of a request leads to which backend, from a list of HTTPRoutes in JSON. */
export function renderRoutes(text: string): string {
  const rows = routes
    .parse(JSON.parse(text))
    .items.flatMap(({ metadata, spec }) =>
      spec.rules.flatMap(({ matches, backendRefs }) =>
        backendRefs.map(({ name, weight }) => [metadata.name, conditionOf(matches), name, String(weight)]),
      ),
    );
  return textTable(['ROUTE', 'HEADER', 'BACKEND', 'WEIGHT'], rows);
}
