import { z } from 'zod';
import { textTable } from './text-table.ts';

const queues = z.array(z.looseObject({ name: z.string(), messages: z.int(), consumers: z.int().default(0) }));

export type QueueDepth = z.output<typeof queues>[number];

/** Queues from `rabbitmqctl list_queues --formatter json`. */
export const parseQueues = (text: string): readonly QueueDepth[] => queues.parse(JSON.parse(text));

export const renderQueues = (rows: readonly QueueDepth[]): string =>
  textTable(
    ['QUEUE', 'MESSAGES', 'CONSUMERS'],
    rows.map(({ name, messages, consumers }) => [name, String(messages), String(consumers)]),
  );
