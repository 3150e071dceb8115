/** What an event carries. JSON stays text until something asks for it: most events are never looked into. */
export type EventData =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** A CloudEvent of version 1.0 whose attributes have been checked. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | undefined;
  /** RFC 3339, as it was sent. */
  readonly time: string | undefined;
  readonly dataContentType: string | undefined;
  readonly dataSchema: string | undefined;
  /** Extension attributes by name, as text. */
  readonly extensions: Readonly<Record<string, string>>;
  readonly data: EventData;
}

/** Source and id together name an event (CloudEvents 1.0, §3.1.1): neither does alone. */
export const eventIdentity = ({ source, id }: Pick<CloudEvent, 'source' | 'id'>): string =>
  `${Buffer.byteLength(source)}:${source}${id}`;

/** What the event is part of: its own correlation id, else its id. */
export const correlationOf = ({ extensions, id }: CloudEvent): string => extensions['correlationid'] ?? id;
