/** What AWS deletes by itself, and when. Ages in days. */

interface LifecycleRule {
  readonly rulePriority: number;
  readonly description: string;
  readonly selection: {
    readonly tagStatus: 'untagged' | 'any';
    readonly countType: 'sinceImagePushed';
    readonly countUnit: 'days';
    readonly countNumber: number;
  };
  readonly action: { readonly type: 'expire' };
}

export interface RepositoryLifecycle {
  readonly rules: readonly LifecycleRule[];
}

function expire(tagStatus: 'untagged' | 'any', days: number, description: string): RepositoryLifecycle {
  return {
    rules: [
      {
        rulePriority: 1,
        description,
        selection: { tagStatus, countType: 'sinceImagePushed', countUnit: 'days', countNumber: days },
        action: { type: 'expire' },
      },
    ],
  };
}

/** A tagged image never expires by age: a function that has slept for a year must find its image. */
export function imageLifecycle(days: number): RepositoryLifecycle {
  return expire('untagged', days, `images without a tag expire after ${days} days`);
}

/** Layers are only ever a saving of time. */
export function cacheLifecycle(days: number): RepositoryLifecycle {
  return expire('any', days, `layers expire after ${days} days`);
}

/** Days of objects in the code bucket and its access log. */
export const objectDays = { incompleteUpload: 7, oldVersion: 90, buildCache: 30, accessLog: 90 } as const;
