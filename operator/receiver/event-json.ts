import type { CloudEvent } from './cloud-event.ts';

/** The event in its JSON form (CloudEvents JSON format 1.0), as the body of a structured request and in a dead letter. */
export function toEventJson(event: CloudEvent): Readonly<Record<string, unknown>> {
  const { data, dataContentType, dataSchema, extensions, id, source, subject, time, type } = event;
  return {
    ...extensions,
    specversion: '1.0',
    id,
    source,
    type,
    ...(subject === undefined ? {} : { subject }),
    ...(time === undefined ? {} : { time }),
    ...(dataContentType === undefined ? {} : { datacontenttype: dataContentType }),
    ...(dataSchema === undefined ? {} : { dataschema: dataSchema }),
    ...dataOf(data),
  };
}

function dataOf(data: CloudEvent['data']): Readonly<Record<string, unknown>> {
  switch (data.kind) {
    case 'none':
      return {};
    case 'json':
      return { data: data.value };
    case 'bytes':
      return { data_base64: data.bytes.toString('base64') };
  }
}
