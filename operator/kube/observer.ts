/** What is told of requests, for metrics. */
export interface ClientObserver {
  /** One request that was answered or failed; a watch counts when its answer begins. The code is `<error>` without an answer. */
  requested(this: void, method: string, code: string, seconds: number): void;
  /** A request that was answered so is sent once more. */
  retried?(this: void, method: string, code: string): void;
}

/** Why a cache is listed anew: its version is too old for the server, the server failed the watch, or events came out of order. */
export type RelistCause = 'expired' | 'failed' | 'disorder';

/** What is told of the caches, by the name of the informer, for metrics. */
export interface ReflectorObserver {
  watchRestarted(this: void, informer: string): void;
  relisted(this: void, informer: string, cause: RelistCause): void;
  /** The server said something: a list, an event or a bookmark. */
  heard(this: void, informer: string): void;
  sized(this: void, informer: string, objects: number): void;
}

export const silentClientObserver: ClientObserver = { requested: () => {} };

export const silentReflectorObserver: ReflectorObserver = {
  watchRestarted: () => {},
  relisted: () => {},
  heard: () => {},
  sized: () => {},
};
