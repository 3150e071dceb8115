/** Where an API server is and how to be believed by it. */
export interface Connection {
  /** URL, with a path where the server is behind one. */
  readonly server: string;
  readonly tls: TlsSettings;
  readonly credentials: Credentials;
}

export interface TlsSettings {
  /** Certificates to trust, PEM; default those of the system. */
  readonly ca?: string | undefined;
  /** Certificate and key of the client, PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Name that the server's certificate must have; default that of the URL. */
  readonly serverName?: string | undefined;
  /** Default false: believes any server. */
  readonly insecure?: boolean;
}

/** Says who asks. */
export interface Credentials {
  headers(): Promise<Readonly<Record<string, string>>>;
  /** The server refused the headers. Whether there are others by now, so that one more attempt has a point. */
  renew(): Promise<boolean>;
}

/** Credentials of one token that stays. */
export function bearerToken(token: string): Credentials {
  const headers = { authorization: `Bearer ${token}` };
  return { headers: () => Promise.resolve(headers), renew: () => Promise.resolve(false) };
}
