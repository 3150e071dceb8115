import { z } from 'zod';

/** CloudEvents type as a filter: words joined by dots, `*` anywhere, or a bare `*`. */
export const eventType = z
  .string()
  .max(256)
  .regex(/^(\*|[A-Za-z0-9_/*-]+(\.+[A-Za-z0-9_/*-]+)+)$/);

/** CloudEvents `source` attribute as a filter. */
export const eventSource = z.string().min(1).max(1024);
