import { z } from 'zod';
import type { CloudEvent, EventData } from './cloud-event.ts';
import { type Fault, pointerTo } from './fault.ts';
import { Refusal } from './refusal.ts';

// C0 and C1 controls, lone surrogates and noncharacters are no CloudEvents strings
// eslint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]|\p{Surrogate}/u;

const text = (limit: number) =>
  z
    .string('a string')
    .min(1, 'at least one character')
    .max(limit, `at most ${limit} characters`)
    .refine((one) => !forbidden.test(one), 'no control characters or lone surrogates');

/** RFC 3986, and what is not ASCII as in RFC 3987: senders write it, and it harms nobody. */
const reference = text(1024).regex(/^[^\s<>"{}|\\^`]*$/, 'a URI reference');
const uri = reference.regex(/^[a-z][a-z0-9+.-]*:/i, 'a URI with its scheme');

/** RFC 3339, with a real month, day and offset. */
const time = z
  .string('a string')
  .max(64, 'at most 64 characters')
  .regex(/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/, {
    error: 'a time as in RFC 3339',
    abort: true,
  })
  .refine((one) => isRealTime(one), 'a time that exists');

/** Date.parse rolls 31 April over to May. */
function isRealTime(one: string): boolean {
  const [year = 0, month = 0, day = 0] = one.slice(0, 10).split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day <= lastDay && !Number.isNaN(Date.parse(one.toUpperCase()));
}

const attributeSchema = z.object({
  specversion: z.literal('1.0', 'the version 1.0'),
  id: text(256),
  source: reference,
  type: text(256),
  subject: text(1024).optional(),
  time: time.optional(),
  datacontenttype: text(256).optional(),
  dataschema: uri.optional(),
});

const known: ReadonlySet<string> = new Set(Object.keys(attributeSchema.shape));

/** Letters and digits in lower case; the specification advises 20 at most, and this leaves room. */
const extensionName = /^[a-z0-9]{1,40}$/;

const extensionValue = z.union([text(2048), z.boolean(), z.int32()]).transform(String);

/**
 * Checks the attributes of an event and sets them apart from its extensions.
 * @param attributes by name, without data
 * @throws Refusal with a fault for each attribute that breaks CloudEvents 1.0
 */
export function parseAttributes(attributes: Readonly<Record<string, unknown>>, data: EventData): CloudEvent {
  const parsed = attributeSchema.safeParse(attributes);
  const { extensions, faults } = parseExtensions(attributes);
  const all = [...faultsOf(parsed.error), ...faults];
  if (!parsed.success || all.length > 0) {
    throw new Refusal('invalid_cloudevent', `${all.length} attributes break CloudEvents 1.0`, { faults: all });
  }
  const { id, source, type, subject, time: at, datacontenttype, dataschema } = parsed.data;
  return {
    id,
    source,
    type,
    subject,
    time: at,
    dataContentType: datacontenttype,
    dataSchema: dataschema,
    extensions,
    data,
  };
}

function parseExtensions(attributes: Readonly<Record<string, unknown>>) {
  const extensions: Record<string, string> = {};
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (known.has(name) || value === null) continue;
    const parsed = extensionValue.safeParse(value);
    if (!extensionName.test(name) || name === 'data') {
      faults.push({ pointer: pointerTo(name.slice(0, 64)), message: 'allowed letters a-z and digits in a name' });
    } else if (!parsed.success) {
      faults.push({
        pointer: pointerTo(name),
        message: 'allowed text without controls, an integer of 32 bits or a boolean',
      });
    } else {
      extensions[name] = parsed.data;
    }
  }
  return { extensions, faults };
}

const faultsOf = (error: z.ZodError | undefined): readonly Fault[] =>
  (error?.issues ?? []).map(({ path, message }) => ({
    pointer: pointerTo(...path.map(String)),
    message: `needed ${message}`,
  }));
