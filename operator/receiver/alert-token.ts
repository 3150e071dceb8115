import { type Authenticate, bearerToken } from './authenticate.ts';
import { isSameText } from './same-text.ts';
import type { User } from './sender.ts';

/** ServiceAccount that Alertmanager acts as, in the control namespace; no pod runs as it and it has no token of its own. */
export const alertAccount = 'knative-lambda-alerts';

export interface AlertAuthenticationProps {
  readonly authenticate: Authenticate;
  /** Read at each request: they are files that may change. */
  readonly tokens: () => readonly string[];
  /** Whom a request with one of the tokens acts as. */
  readonly user: User;
}

/**
 * Says who tells of alerts. An AlertmanagerConfig presents only what lies in a Secret: a token that proves nothing at any
 * other door, and nothing at the API server.
 */
export function authenticateAlertsBy({ authenticate, tokens, user }: AlertAuthenticationProps): Authenticate {
  return async (request) => {
    const given = bearerToken(request.headers['authorization']);
    const isKnown = given !== undefined && tokens().filter((token) => isSameText(token, given)).length > 0;
    return isKnown ? { kind: 'token', user } : authenticate(request);
  };
}
